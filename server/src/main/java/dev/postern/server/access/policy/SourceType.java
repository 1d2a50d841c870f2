package dev.postern.server.access.policy;

/** What a policy belongs to, in the words of SimulatePrincipalPolicy's SourcePolicyType. */
public enum SourceType {
  USER("user"),
  GROUP("group"),
  ROLE("role"),
  AWS_MANAGED("aws-managed"),
  USER_MANAGED("user-managed"),
  RESOURCE("resource"),
  /** A policy given with the call itself, such as a session policy. */
  NONE("none"),
  /** What AWS's answers say of most policies. */
  IAM_POLICY("IAM Policy");

  private final String wireName;

  SourceType(String wireName) {
    this.wireName = wireName;
  }

  /** As the API spells it. */
  public String wireName() {
    return wireName;
  }
}
