package dev.postern.server.service.iam;

import dev.postern.server.service.Operation;
import java.util.List;

/** The operations on managed policies, simulation and the account. */
final class PolicyOperations {
  private PolicyOperations() {}

  static List<Operation<?, ?>> of(IamParts parts) {
    return List.of(
        new CreatePolicy(parts),
        new GetPolicy(parts),
        new ListPolicies(parts),
        new DeletePolicy(parts),
        new CreatePolicyVersion(parts),
        new GetPolicyVersion(parts),
        new ListPolicyVersions(parts),
        new SetDefaultPolicyVersion(parts),
        new DeletePolicyVersion(parts),
        new ListEntitiesForPolicy(parts),
        new TagPolicy(parts),
        new UntagPolicy(parts),
        new ListPolicyTags(parts),
        new SimulateCustomPolicy(parts),
        new SimulatePrincipalPolicy(parts),
        new GetContextKeysForCustomPolicy(parts),
        new GetContextKeysForPrincipalPolicy(parts),
        new GetAccountAuthorizationDetails(parts),
        new GetAccountSummary(parts),
        new CreateAccountAlias(parts),
        new ListAccountAliases(parts),
        new DeleteAccountAlias(parts));
  }
}
