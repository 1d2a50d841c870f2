package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.PrincipalChange;
import dev.postern.server.store.Users;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateUserResponse;

/** Makes a user, who may do nothing yet and has no access key (spec/aws-api.md 3.1). */
final class CreateUser extends IamOperation<CreateUserRequest, CreateUserResponse> {
  private final IamArns arns;
  private final PrincipalRules rules;
  private final Users users;

  CreateUser(IamParts parts) {
    super(SdkCodec.of(CreateUserRequest.class, CreateUserRequest::builder), false);
    this.arns = parts.arns();
    this.rules = new PrincipalRules(IamEntity.USER, parts);
    this.users = parts.store().users();
  }

  @Override
  public void validate(CreateUserRequest input) {
    Constraints constraints = rules.name(Constraints.of(), input.userName());
    PrincipalPaths.path(constraints, "path", input.path());
    if (input.permissionsBoundary() != null) {
      PolicyRules.arn(constraints, "permissionsBoundary", input.permissionsBoundary());
    }
    PolicyTags.check(constraints, input.tags()).verify();
    if (input.permissionsBoundary() != null) {
      PolicyRules.requireArn(input.permissionsBoundary());
    }
    PolicyTags.requireDistinct(input.tags());
  }

  /** Tags given at once need the right to tag as well. */
  @Override
  public Question question(CreateUserRequest input, Caller caller) {
    String arn = arns.user(PrincipalPaths.orRoot(input.path()), input.userName());
    Map<String, List<String>> tagKeys = PolicyTags.requestKeys(input.tags());
    Map<String, List<String>> keys = new LinkedHashMap<>(tagKeys);
    keys.putAll(PrincipalRules.boundaryKey(input.permissionsBoundary()));
    List<Question.Check> checks = new ArrayList<>();
    checks.add(new Question.Check(action(), arn, keys));
    if (!input.tags().isEmpty()) {
      checks.add(new Question.Check("iam:TagUser", arn, tagKeys));
    }
    return new Question(checks, Question.Proof.ACCESS_KEY);
  }

  @Override
  public CreateUserResponse run(Call call, CreateUserRequest input) {
    String name = input.userName();
    @Nullable String boundary = input.permissionsBoundary();
    PrincipalChange change =
        users.create(
            name,
            PrincipalPaths.orRoot(input.path()),
            Optional.ofNullable(boundary),
            PolicyTags.map(input.tags()),
            PrincipalRules::isAwsPolicy);
    rules.require(change, name, boundary == null ? "" : boundary);
    return CreateUserResponse.builder().user(UserShapes.full(rules.find(name), arns)).build();
  }
}
