package dev.postern.server.service.iam;

import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Call;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.store.AccountDetails;
import dev.postern.server.store.CustomerPolicies;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryResponse;

/** Counts what the account has, and tells its quotas. */
final class GetAccountSummary
    extends IamOperation<GetAccountSummaryRequest, GetAccountSummaryResponse> {
  /** Quotas, and zeros for what an account here cannot have: certificates and a root user. */
  private static final Map<String, Integer> QUOTAS =
      Map.ofEntries(
          Map.entry("UsersQuota", 5000),
          Map.entry("GroupsQuota", 300),
          Map.entry("RolesQuota", 1000),
          Map.entry("PoliciesQuota", CustomerPolicies.POLICIES_MAX),
          Map.entry("PolicyVersionsInUseQuota", 10_000),
          Map.entry("VersionsPerPolicyQuota", CustomerPolicies.VERSIONS_MAX),
          Map.entry("InstanceProfilesQuota", 1000),
          Map.entry("GroupsPerUserQuota", 10),
          Map.entry("AccessKeysPerUserQuota", 2),
          Map.entry("SigningCertificatesPerUserQuota", 2),
          Map.entry("ServerCertificatesQuota", 20),
          Map.entry("AttachedPoliciesPerUserQuota", 10),
          Map.entry("AttachedPoliciesPerGroupQuota", 10),
          Map.entry("AttachedPoliciesPerRoleQuota", 10),
          Map.entry("UserPolicySizeQuota", 2048),
          Map.entry("GroupPolicySizeQuota", 5120),
          Map.entry("RolePolicySizeQuota", 10_240),
          Map.entry("AssumeRolePolicySizeQuota", 2048),
          Map.entry("PolicySizeQuota", PolicyRules.DOCUMENT_CHARACTERS_MAX),
          Map.entry("GlobalEndpointTokenVersion", 2),
          Map.entry("ServerCertificates", 0),
          Map.entry("AccountMFAEnabled", 0),
          Map.entry("AccountAccessKeysPresent", 0),
          Map.entry("AccountPasswordPresent", 0),
          Map.entry("AccountSigningCertificatesPresent", 0));

  private final AccountDetails details;

  GetAccountSummary(IamParts parts) {
    super(SdkCodec.of(GetAccountSummaryRequest.class, GetAccountSummaryRequest::builder), true);
    this.details = parts.store().accountDetails();
  }

  @Override
  public void validate(GetAccountSummaryRequest input) {
    // There is nothing in it.
  }

  @Override
  public Question question(GetAccountSummaryRequest input, Caller caller) {
    return Question.of(action(), "*");
  }

  @Override
  public GetAccountSummaryResponse run(Call call, GetAccountSummaryRequest input) {
    AccountDetails.Counts counts = details.counts();
    Map<String, Integer> summary = new TreeMap<>(QUOTAS);
    summary.put("Users", counts.users());
    summary.put("Groups", counts.groups());
    summary.put("Roles", counts.roles());
    summary.put("Policies", counts.policies());
    summary.put("PolicyVersionsInUse", counts.policyVersions());
    summary.put("InstanceProfiles", counts.instanceProfiles());
    summary.put("Providers", counts.providers());
    summary.put("MFADevices", counts.mfaDevices());
    summary.put("MFADevicesInUse", counts.mfaDevicesInUse());
    return GetAccountSummaryResponse.builder().summaryMapWithStrings(summary).build();
  }
}
