package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.Roles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;

/** Makes a role that those may assume whom its trust policy names (spec/aws-api.md 3.1). */
final class CreateRole extends IamOperation<CreateRoleRequest, CreateRoleResponse> {
  private final IamArns arns;
  private final PrincipalRules rules;
  private final Roles roles;
  private final RoleShapes shapes;

  CreateRole(IamParts parts) {
    super(SdkCodec.of(CreateRoleRequest.class, CreateRoleRequest::builder), false);
    this.arns = parts.arns();
    this.rules = new PrincipalRules(IamEntity.ROLE, parts);
    this.roles = parts.store().roles();
    this.shapes = new RoleShapes(parts.arns());
  }

  @Override
  public void validate(CreateRoleRequest input) {
    Constraints constraints = rules.name(Constraints.of(), input.roleName());
    PrincipalPaths.path(constraints, "path", input.path());
    constraints.member("assumeRolePolicyDocument", input.assumeRolePolicyDocument()).required();
    PolicyRules.document(constraints, "assumeRolePolicyDocument", input.assumeRolePolicyDocument());
    RoleShapes.description(constraints, input.description());
    RoleShapes.maxSession(constraints, input.maxSessionDuration());
    if (input.permissionsBoundary() != null) {
      PolicyRules.arn(constraints, "permissionsBoundary", input.permissionsBoundary());
    }
    PolicyTags.check(constraints, input.tags()).verify();
    if (input.permissionsBoundary() != null) {
      PolicyRules.requireArn(input.permissionsBoundary());
    }
    PolicyTags.requireDistinct(input.tags());
    shapes.trust(input.assumeRolePolicyDocument());
  }

  /** Tags given at once need the right to tag as well. */
  @Override
  public Question question(CreateRoleRequest input, Caller caller) {
    String arn = arns.role(PrincipalPaths.orRoot(input.path()), input.roleName());
    Map<String, List<String>> tagKeys = PolicyTags.requestKeys(input.tags());
    Map<String, List<String>> keys = new LinkedHashMap<>(tagKeys);
    keys.putAll(PrincipalRules.boundaryKey(input.permissionsBoundary()));
    List<Question.Check> checks = new ArrayList<>();
    checks.add(new Question.Check(action(), arn, keys));
    if (!input.tags().isEmpty()) {
      checks.add(new Question.Check("iam:TagRole", arn, tagKeys));
    }
    return new Question(checks, Question.Proof.ACCESS_KEY);
  }

  @Override
  public CreateRoleResponse run(Call call, CreateRoleRequest input) {
    String name = input.roleName();
    @Nullable String boundary = input.permissionsBoundary();
    Roles.Outcome outcome =
        roles.create(
            new Roles.NewRole(
                name,
                PrincipalPaths.orRoot(input.path()),
                shapes.trust(input.assumeRolePolicyDocument()),
                Optional.ofNullable(input.description()),
                RoleShapes.duration(input.maxSessionDuration()),
                Optional.ofNullable(boundary),
                PolicyTags.map(input.tags())),
            PrincipalRules::isAwsPolicy);
    outcome
        .unknownPrincipal()
        .ifPresent(arn -> {
          throw RoleShapes.unknownPrincipal(arn);
        });
    rules.require(outcome.change(), name, boundary == null ? "" : boundary);
    return roles
        .find(name)
        .map(role -> CreateRoleResponse.builder().role(shapes.made(role)).build())
        .orElseThrow(() -> rules.notFound(name));
  }
}
