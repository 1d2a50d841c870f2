package dev.postern.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArnTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:iam::123456789012:user/jane",
        "arn:aws:ssm:us-east-1:123456789012:session/jane-0e34",
        "arn:aws:s3:::bucket/a:b:c",
        "arn:aws:logs:us-east-1:123456789012:log-group:/ssm:*",
      })
  void textIsReadAndWrittenAlike(String text) {
    assertThat(Arn.parse(text)).hasToString(text);
    assertThat(Arn.isValid(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "arn:aws:iam::123456789012", "arn:aws:iam::1:", "arn::iam::1:x"})
  void otherTextIsRefused(String text) {
    assertThat(Arn.isValid(text)).isFalse();
  }

  @Test
  void actionHasAServiceAndAnOperation() {
    assertThat(Action.parse("ssm:StartSession")).isEqualTo(new Action("ssm", "StartSession"));
    assertThat(Action.parse("ec2-instance-connect:SendSSHPublicKey"))
        .hasToString("ec2-instance-connect:SendSSHPublicKey");
    for (String text : new String[] {"", "ssm", "ssm:", ":x", "ssm:*", "ssm:Start Session"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> Action.parse(text));
    }
  }
}
