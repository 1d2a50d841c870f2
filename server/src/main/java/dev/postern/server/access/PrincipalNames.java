package dev.postern.server.access;

/** How principals and nodes of the one account are called. */
public record PrincipalNames(String accountId, String region) {
  private static final String MANAGED_INSTANCE_PREFIX = "mi-";

  String user(String path, String name) {
    return "arn:aws:iam::" + accountId + ":user" + path + name;
  }

  /** The ARN of a role. Its path begins and ends with a slash. */
  public String role(String path, String name) {
    return "arn:aws:iam::" + accountId + ":role" + path + name;
  }

  /** The ARN of a session of a role. */
  public String roleSession(String roleName, String sessionName) {
    return "arn:aws:sts::" + accountId + ":assumed-role/" + roleName + "/" + sessionName;
  }

  /** The ARN of a node: of its managed instance, or of the instance where its id is an EC2 one. */
  public String node(String instanceId) {
    return instanceId.startsWith(MANAGED_INSTANCE_PREFIX)
        ? "arn:aws:ssm:" + region + ":" + accountId + ":managed-instance/" + instanceId
        : "arn:aws:ec2:" + region + ":" + accountId + ":instance/" + instanceId;
  }

  /** The ARN of a session of Session Manager. */
  public String session(String sessionId) {
    return "arn:aws:ssm:" + region + ":" + accountId + ":session/" + sessionId;
  }
}
