package dev.postern.server.service;

/**
 * The one account and region that this server serves, and the ARNs in them.
 *
 * @param id 1 to 12 digits
 */
public record Account(String id, String region) {
  /**
   * A managed node: {@code mi-} ids are Systems Manager's, all others EC2's (spec/aws-api.md 4.6).
   */
  public String nodeArn(String target) {
    return target.startsWith("mi-")
        ? "arn:aws:ssm:" + region + ":" + id + ":managed-instance/" + target
        : "arn:aws:ec2:" + region + ":" + id + ":instance/" + target;
  }

  /** A session document; those that ship with the product belong to no account. */
  public String documentArn(String name, boolean ownedByAmazon) {
    return "arn:aws:ssm:" + region + ":" + (ownedByAmazon ? "" : id) + ":document/" + name;
  }

  public String sessionArn(String sessionId) {
    return "arn:aws:ssm:" + region + ":" + id + ":session/" + sessionId;
  }

  /** A role by its name, which may have a path before it. */
  public String roleArn(String name) {
    return "arn:aws:iam::" + id + ":role/" + name;
  }
}
