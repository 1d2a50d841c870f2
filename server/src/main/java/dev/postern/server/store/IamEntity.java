package dev.postern.server.store;

/** What policies are attached to and tags hang on. Texts are stored: never change them. */
public enum IamEntity {
  USER("user"),
  ROLE("role"),
  GROUP("group"),
  POLICY("policy"),
  INSTANCE_PROFILE("instance-profile"),
  OIDC_PROVIDER("oidc-provider"),
  MFA_DEVICE("mfa-device");

  private final String text;

  IamEntity(String text) {
    this.text = text;
  }

  /** As the database spells it. */
  String text() {
    return text;
  }

  /** The table of attached managed policies; users, roles and groups have one. */
  String attachmentTable() {
    return switch (this) {
      case USER -> "user_policy";
      case ROLE -> "role_policy";
      case GROUP -> "group_policy";
      case POLICY, INSTANCE_PROFILE, OIDC_PROVIDER, MFA_DEVICE ->
          throw new IllegalArgumentException("no policies are attached to a " + text);
    };
  }
}
