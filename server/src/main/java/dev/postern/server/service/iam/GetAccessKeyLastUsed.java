package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.KeyUse;
import dev.postern.server.store.KeyUses;
import dev.postern.server.store.UserKeyRecord;
import dev.postern.server.store.UserKeys;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.AccessKeyLastUsed;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedRequest;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedResponse;

/** Tells whose a long-term access key is, and when, where and for what it was used last. */
final class GetAccessKeyLastUsed
    extends IamOperation<GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse> {
  private static final String NOT_USED = "N/A";
  private static final String ANYBODY = "*";

  private final PrincipalRules users;
  private final UserKeys keys;
  private final KeyUses uses;

  GetAccessKeyLastUsed(PrincipalRules users, IamParts parts) {
    super(
        SdkCodec.of(GetAccessKeyLastUsedRequest.class, GetAccessKeyLastUsedRequest::builder), true);
    this.users = users;
    this.keys = parts.store().userKeys();
    this.uses = parts.store().keyUses();
  }

  @Override
  public void validate(GetAccessKeyLastUsedRequest input) {
    AccessKeyRules.keyId(Constraints.of(), input.accessKeyId()).verify();
  }

  /**
   * Policies allow it by the user whose key it is; for a key that nobody has, by all users. A
   * refusal tells neither whose key it is nor whether there is one.
   */
  @Override
  public Question question(GetAccessKeyLastUsedRequest input, Caller caller) {
    String owner = keys.find(input.accessKeyId()).map(UserKeyRecord::userName).orElse(ANYBODY);
    Question.Check check = users.question(action(), owner).checks().getFirst();
    return new Question(List.of(check.shownAs(users.arn("/", ANYBODY))), Question.Proof.ACCESS_KEY);
  }

  @Override
  public GetAccessKeyLastUsedResponse run(Call call, GetAccessKeyLastUsedRequest input) {
    String id = input.accessKeyId();
    UserKeyRecord key = keys.find(id).orElseThrow(() -> notOfThisAccount(call, id));
    Optional<KeyUse> use = uses.find(id);
    return GetAccessKeyLastUsedResponse.builder()
        .userName(key.userName())
        .accessKeyLastUsed(
            AccessKeyLastUsed.builder()
                .lastUsedDate(use.map(KeyUse::at).orElse(null))
                .serviceName(use.map(KeyUse::service).orElse(NOT_USED))
                .region(use.map(KeyUse::region).orElse(NOT_USED))
                .build())
        .build();
  }

  /** A key that nobody of this account has may be another account's, says AWS. */
  private Fault notOfThisAccount(Call call, String accessKeyId) {
    return new Fault(
        "AccessDenied",
        403,
        "User: "
            + call.permit().caller().arn()
            + " is not authorized to perform: "
            + action()
            + " on resource: access key "
            + accessKeyId);
  }
}
