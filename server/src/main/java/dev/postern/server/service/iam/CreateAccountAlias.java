package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.AccountAliases;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasResponse;

/** Names the account, in place of the name that it had. */
final class CreateAccountAlias
    extends IamOperation<CreateAccountAliasRequest, CreateAccountAliasResponse> {
  private final AccountAliases aliases;

  CreateAccountAlias(IamParts parts) {
    super(SdkCodec.of(CreateAccountAliasRequest.class, CreateAccountAliasRequest::builder), false);
    this.aliases = parts.store().accountAliases();
  }

  @Override
  public void validate(CreateAccountAliasRequest input) {
    AccountAliasRules.check(input.accountAlias());
  }

  @Override
  public Question question(CreateAccountAliasRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public CreateAccountAliasResponse run(Call call, CreateAccountAliasRequest input) {
    if (!aliases.replace(input.accountAlias(), call.now())) {
      throw new Fault(
          "EntityAlreadyExists",
          409,
          "The account alias " + input.accountAlias() + " already exists.");
    }
    return CreateAccountAliasResponse.builder().build();
  }
}
