package dev.postern.client.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PluginCommandTest {
  private static PluginCommand parse(String... arguments) {
    return PluginCommand.parse(
        List.of(arguments), Map.of("AWS_SSM_START_SESSION_RESPONSE_7", "{\"a\":1}"), "1.2.3.4");
  }

  @Test
  void withoutArgumentsItSaysThatItIsInstalled() {
    assertThat(parse())
        .isEqualTo(
            new PluginCommand.Text(
                "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n"));
  }

  @Test
  void versionIsOneLine() {
    assertThat(parse("--version")).isEqualTo(new PluginCommand.Text("1.2.3.4\n"));
  }

  @Test
  void tooFewArgumentsAreAnUnknownOperation() {
    PluginCommand unknown =
        new PluginCommand.Text(
            "\nUnknown operation x. \nUse session-manager-plugin --version to check the version.\n\n");
    assertThat(parse("x")).isEqualTo(unknown);
    assertThat(parse("x", "y")).isEqualTo(unknown);
  }

  @Test
  void onlyStartSessionIsAnOperation() {
    assertThat(parse("{}", "us-east-1", "StopSession"))
        .isEqualTo(new PluginCommand.Text("Invalid Operation\n"));
  }

  @Test
  void sixArgumentsAreASession() {
    assertThat(parse("{}", "eu-west-1", "StartSession", "dev", "{\"Target\":\"i\"}", "https://h:1"))
        .isEqualTo(
            new PluginCommand.Start("{}", "eu-west-1", "dev", "{\"Target\":\"i\"}", "https://h:1"));
  }

  @Test
  void threeArgumentsOfAnOldCliAreASession() {
    assertThat(parse("{}", "eu-west-1", "StartSession"))
        .isEqualTo(new PluginCommand.Start("{}", "eu-west-1", "", null, ""));
  }

  @Test
  void responseIsTakenFromTheNamedVariable() {
    assertThat(parse("AWS_SSM_START_SESSION_RESPONSE_7", "r", "StartSession"))
        .isEqualTo(new PluginCommand.Start("{\"a\":1}", "r", "", null, ""));
    assertThat(parse("AWS_SSM_START_SESSION_RESPONSE_8", "r", "StartSession"))
        .isInstanceOf(PluginCommand.Malformed.class);
  }

  @Test
  void textFormHidesTheToken() {
    assertThat(new PluginCommand.Start("{\"TokenValue\":\"secret\"}", "r", "", null, "").toString())
        .doesNotContain("secret");
  }
}
