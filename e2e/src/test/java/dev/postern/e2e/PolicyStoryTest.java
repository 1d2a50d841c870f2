package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who may start which session, with the policies of the guide byte for byte, the real AWS CLI as
 * administrator and as the user who is let in or not.
 */
@Timeout(240)
class PolicyStoryTest {
  /** The guide's policy for sessions to all instances; its account has nine digits. */
  private static final String ALL_INSTANCES =
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": "ssm:StartSession",
            "Resource": "arn:aws:ec2:us-east-1:123456789:instance/*"
          },
          {
            "Effect": "Allow",
            "Action": [
              "ssm:TerminateSession",
              "ssm:ResumeSession"
            ],
            "Resource": "arn:aws:ssm:*:*:session/${aws:username}-*"
          }
        ]
      }
      """;

  /** The guide's policy for instances by tag. */
  private static final String DEVELOPMENT_ONLY =
      """
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": "ssm:StartSession",
            "Resource": "arn:aws:ec2:us-east-1:123456789:instance/*",
            "Condition": {
              "StringEquals": {
                "ssm:resourceTag/Environment": "development"
              }
            }
          }
        ]
      }
      """;

  private static final String NODE = "i-0abc123def456";

  @TempDir static Path temporary;
  private static RunningServer plain;
  private static RunningServer server;
  private static RunningAgent agent;

  @BeforeAll
  static void start() throws Exception {
    plain = new RunningServer(temporary.resolve("plain"));
    Path config = temporary.resolve("postern.yaml");
    Files.writeString(config, "account:\n  equivalents: [\"123456789\"]\n");
    server = new RunningServer(temporary.resolve("server"), "--config", config.toString());
    agent =
        RunningAgent.enrol(
            server,
            temporary.resolve("agent"),
            "--tags",
            "Key=postern:instance-id,Value=" + NODE,
            "Key=Environment,Value=development");
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable part : new AutoCloseable[] {agent, server, plain}) {
      if (part != null) {
        part.close();
      }
    }
  }

  /** A new user with these inline policies, and a shell with its access key. */
  private static Shell user(RunningServer of, String name, String... policies) {
    of.aws("iam", "create-user", "--user-name", name).orFail();
    for (int i = 0; i < policies.length; i++) {
      of.aws(
              "iam",
              "put-user-policy",
              "--user-name",
              name,
              "--policy-name",
              "policy-" + i,
              "--policy-document",
              policies[i])
          .orFail();
    }
    String key = of.aws("iam", "create-access-key", "--user-name", name).orFail().out();
    return of.shell()
        .without("AWS_PROFILE")
        .with("AWS_ACCESS_KEY_ID", Json.text(key, "AccessKeyId"))
        .with("AWS_SECRET_ACCESS_KEY", Json.text(key, "SecretAccessKey"));
  }

  private static Finished startSession(RunningServer on, Shell shell, String target) {
    return shell.run(on.awsCommand("ssm", "start-session", "--target", target));
  }

  private static List<String> exec(String... arguments) {
    List<String> command = new ArrayList<>(List.of(Programs.postern(), "exec"));
    command.addAll(List.of(arguments));
    return command;
  }

  @Test
  void guidesPolicyIsForAnotherAccountUnlessItCountsAsOurs() {
    Shell stranger = user(plain, "alice", ALL_INSTANCES);
    Finished known = startSession(plain, stranger, NODE);
    Finished unknown = startSession(plain, stranger, "i-0123456789abcdef0");

    assertThat(known.exitCode()).isNotZero();
    assertThat(known.err())
        .contains(
            "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/alice is not authorized to perform:"
                + " ssm:StartSession on resource: arn:aws:ec2:us-east-1:123456789012:instance/"
                + NODE
                + " because no identity-based policy allows the ssm:StartSession action");
    assertThat(unknown.err().replace("i-0123456789abcdef0", NODE)).isEqualTo(known.err());

    Shell alice = user(server, "alice", ALL_INSTANCES);
    assertThat(startSession(server, alice, NODE).orFail().err()).contains("SessionId: alice-");
  }

  @Test
  void userEndsOwnSessionsAndNobodyElses() {
    Shell bob = user(server, "bob", ALL_INSTANCES);

    bob.run(server.awsCommand("ssm", "terminate-session", "--session-id", "bob-0123456789"))
        .orFail();
    Finished refused =
        bob.run(server.awsCommand("ssm", "terminate-session", "--session-id", "admin-0123456789"));

    assertThat(refused.err()).contains("AccessDeniedException", "session/admin-0123456789");
  }

  @Test
  void developerGetsIntoDevelopmentAndARetaggedNodeRefuses() {
    Shell carol = user(server, "carol", DEVELOPMENT_ONLY);
    assertThat(startSession(server, carol, NODE).orFail().err()).contains("SessionId: carol-");

    retag("production");
    try {
      assertThat(startSession(server, carol, NODE).err()).contains("AccessDeniedException");
    } finally {
      retag("development");
    }
  }

  private static void retag(String environment) {
    server
        .aws(
            "ec2",
            "create-tags",
            "--resources",
            NODE,
            "--tags",
            "Key=Environment,Value=" + environment)
        .orFail();
  }

  @Test
  void denialIsExplainedToTheAdministratorAlone() {
    String production = DEVELOPMENT_ONLY.replace("\"development\"", "\"production\"");
    Shell dave = user(server, "dave", production);
    // The default shell: the guide's users are allowed no document that a call names.
    Finished refused = dave.run(List.of(Programs.postern(), "shell", NODE));
    assertThat(refused.exitCode()).isEqualTo(1);
    Matcher requestId = Pattern.compile("request id ([0-9a-f-]{36})").matcher(refused.err());
    assertThat(requestId.find()).as(refused.err()).isTrue();

    List<String> explain = List.of(Programs.postern(), "explain", requestId.group(1));
    String told = server.shell().run(explain).orFail().out();

    assertThat(told)
        .contains("arn:aws:iam::123456789012:user/dave", "ssm:StartSession", "implicitDeny")
        .contains("policy-0", "ssm:resourceTag/Environment", "production", "development");
    assertThat(refused.err()).doesNotContain("policy-0", "production");
    assertThat(dave.run(explain).err()).contains("AccessDeniedException", "postern:Explain");
  }

  @Test
  void detachedRightEndsTheRunningSession() throws Exception {
    String anyDocument =
        """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}]}
        """;
    Shell erin = user(server, "erin", anyDocument);
    Process running = erin.start(exec(NODE, "--", "sh", "-c", "echo started; exec sleep 600"));
    try {
      Output out = new Output(running.getInputStream());
      Output err = new Output(running.getErrorStream());
      out.expect("started");

      server
          .aws("iam", "delete-user-policy", "--user-name", "erin", "--policy-name", "policy-0")
          .orFail();

      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !running.isAlive());
      assertThat(running.exitValue()).isNotZero();
      assertThat(err.all()).contains("the rights of its owner changed");
    } finally {
      running.destroyForcibly();
    }
  }
}
