package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.UserKeyRecord;
import dev.postern.server.store.UserKeys;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysResponse;

/** Lists the long-term access keys of a user, oldest first; the caller's when no name is given. */
final class ListAccessKeys extends OwnUserOperation<ListAccessKeysRequest, ListAccessKeysResponse> {
  private final UserKeys keys;
  private final PolicyPages pages;

  ListAccessKeys(PrincipalRules users, IamParts parts) {
    super(users, SdkCodec.of(ListAccessKeysRequest.class, ListAccessKeysRequest::builder), true);
    this.keys = parts.store().userKeys();
    this.pages = new PolicyPages(parts.marker());
  }

  @Override
  @Nullable String given(ListAccessKeysRequest input) {
    return input.userName();
  }

  @Override
  public void validate(ListAccessKeysRequest input) {
    PolicyPages.check(named(input), input.maxItems(), input.marker()).verify();
  }

  @Override
  public ListAccessKeysResponse run(Call call, ListAccessKeysRequest input) {
    String user = users.find(user(input, call.permit().caller())).name();
    PolicyPages.Page<UserKeyRecord> page =
        pages.slice(name() + " " + user, keys.ofUser(user), input.maxItems(), input.marker());
    return ListAccessKeysResponse.builder()
        .accessKeyMetadata(page.items().stream().map(ListAccessKeys::shown).toList())
        .isTruncated(page.isTruncated())
        .marker(page.marker())
        .build();
  }

  private static AccessKeyMetadata shown(UserKeyRecord key) {
    return AccessKeyMetadata.builder()
        .userName(key.userName())
        .accessKeyId(key.accessKeyId())
        .status(AccessKeyRules.status(key.active()))
        .createDate(key.createdDate())
        .build();
  }
}
