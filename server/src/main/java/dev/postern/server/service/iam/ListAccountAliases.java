package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.AccountAliases;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesResponse;

/** Lists the account's name; there is one at most. */
final class ListAccountAliases
    extends IamOperation<ListAccountAliasesRequest, ListAccountAliasesResponse> {
  private final AccountAliases aliases;
  private final PolicyPages pages;

  ListAccountAliases(IamParts parts) {
    super(SdkCodec.of(ListAccountAliasesRequest.class, ListAccountAliasesRequest::builder), true);
    this.aliases = parts.store().accountAliases();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  public void validate(ListAccountAliasesRequest input) {
    PolicyPages.check(Constraints.of(), input.maxItems(), input.marker()).verify();
  }

  @Override
  public Question question(ListAccountAliasesRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public ListAccountAliasesResponse run(Call call, ListAccountAliasesRequest input) {
    PolicyPages.Page<String> page =
        pages.slice(name(), aliases.find().stream().toList(), input.maxItems(), input.marker());
    return ListAccountAliasesResponse.builder()
        .accountAliases(page.items())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }
}
