package dev.postern.server.service.iam;

/**
 * The ARNs of IAM's entities in the one account (spec/aws-api.md 3.1). Paths begin and end with a
 * slash.
 */
record IamArns(String accountId) {
  String user(String path, String name) {
    return of("user", path, name);
  }

  String role(String path, String name) {
    return of("role", path, name);
  }

  String group(String path, String name) {
    return of("group", path, name);
  }

  String policy(String path, String name) {
    return of("policy", path, name);
  }

  String instanceProfile(String path, String name) {
    return of("instance-profile", path, name);
  }

  /** A virtual MFA device: its serial number. */
  String mfa(String path, String name) {
    return of("mfa", path, name);
  }

  /**
   * An OIDC provider.
   *
   * @param url the issuer without {@code https://}
   */
  String oidcProvider(String url) {
    return "arn:aws:iam::" + accountId + ":oidc-provider/" + url;
  }

  private String of(String kind, String path, String name) {
    return "arn:aws:iam::" + accountId + ":" + kind + path + name;
  }
}
