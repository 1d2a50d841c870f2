package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guide's first step as it is typed, and what becomes of the role that it makes. */
@Timeout(240)
class GuideStepOneTest {
  private static final String STEP_ONE =
      """
      aws iam create-role \\
        --role-name SSMInstanceRole \\
        --assume-role-policy-document '{
          "Version": "2012-10-17",
          "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole"
          }]
        }'

      aws iam attach-role-policy \\
        --role-name SSMInstanceRole \\
        --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore

      aws iam create-instance-profile \\
        --instance-profile-name SSMInstanceProfile

      aws iam add-role-to-instance-profile \\
        --instance-profile-name SSMInstanceProfile \\
        --role-name SSMInstanceRole
      """;

  @TempDir static Path temporary;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new RunningServer(temporary.resolve("server"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void worksAsTyped() {
    // Old versions of the CLI know no variable for the endpoint.
    String script = "aws() { command aws --endpoint-url \"$URL\" \"$@\"; }\nset -e\n" + STEP_ONE;

    Finished typed =
        server.shell().with("URL", server.url().toString()).run(List.of("sh", "-c", script));

    assertThat(typed.err()).isEmpty();
    assertThat(typed.exitCode()).isZero();
    assertThat(typed.out())
        .contains(
            "arn:aws:iam::123456789012:role/SSMInstanceRole",
            "arn:aws:iam::123456789012:instance-profile/SSMInstanceProfile");
    String profile =
        server
            .aws("iam", "get-instance-profile", "--instance-profile-name", "SSMInstanceProfile")
            .orFail()
            .out();
    assertThat(profile).contains("\"RoleName\": \"SSMInstanceRole\"");
    assertThat(
            server
                .aws("iam", "list-attached-role-policies", "--role-name", "SSMInstanceRole")
                .orFail()
                .out())
        .contains("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore");

    Finished activation = server.aws("ssm", "create-activation", "--iam-role", "SSMInstanceRole");
    assertThat(activation.exitCode()).isNotZero();
    assertThat(activation.err())
        .as("the role trusts EC2, not Systems Manager")
        .contains(
            "ValidationException",
            "Nonexistent role or missing ssm service principal in trust policy:"
                + " arn:aws:iam::123456789012:role/SSMInstanceRole");
  }
}
