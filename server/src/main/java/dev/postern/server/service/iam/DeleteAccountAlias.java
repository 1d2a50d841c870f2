package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.AccountAliases;
import software.amazon.awssdk.services.iam.model.DeleteAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccountAliasResponse;

/** Takes the account's name away. */
final class DeleteAccountAlias
    extends IamOperation<DeleteAccountAliasRequest, DeleteAccountAliasResponse> {
  private final AccountAliases aliases;

  DeleteAccountAlias(IamParts parts) {
    super(SdkCodec.of(DeleteAccountAliasRequest.class, DeleteAccountAliasRequest::builder), false);
    this.aliases = parts.store().accountAliases();
  }

  @Override
  public void validate(DeleteAccountAliasRequest input) {
    AccountAliasRules.check(input.accountAlias());
  }

  @Override
  public Question question(DeleteAccountAliasRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public DeleteAccountAliasResponse run(Call call, DeleteAccountAliasRequest input) {
    if (!aliases.delete(input.accountAlias())) {
      throw new Fault(
          "NoSuchEntity",
          404,
          "The account alias with name " + input.accountAlias() + " cannot be found.");
    }
    return DeleteAccountAliasResponse.builder().build();
  }
}
