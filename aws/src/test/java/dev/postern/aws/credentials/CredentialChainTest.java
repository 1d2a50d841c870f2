package dev.postern.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.sigv4.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialChainTest {
  private static final String PROCESS_ANSWER =
      "{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\","
          + "\"Expiration\":\"2026-11-22T10:00:00Z\"}";

  @TempDir private Path home;
  private final Map<String, String> environment = new HashMap<>();
  private final List<List<String>> commands = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-22T09:00:00Z");
  private String output = PROCESS_ANSWER;

  @BeforeEach
  void useHome() {
    environment.put("HOME", home.toString());
  }

  @Test
  void environmentComesFirst() throws Exception {
    credentialsFile("[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
    environment.putAll(
        Map.of(
            "AWS_ACCESS_KEY_ID", "ENV", "AWS_SECRET_ACCESS_KEY", "es", "AWS_SESSION_TOKEN", "et"));

    assertThat(resolve(null)).isEqualTo(new Credentials("ENV", "es", "et"));
  }

  @Test
  void environmentComesBeforeTheProfileItNames() throws Exception {
    credentialsFile("[other]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
    environment.putAll(Map.of("AWS_ACCESS_KEY_ID", "ENV", "AWS_SECRET_ACCESS_KEY", "es"));
    environment.put("AWS_PROFILE", "other");

    assertThat(resolve(null).accessKeyId()).isEqualTo("ENV");
  }

  @Test
  void profileNamedOnTheCommandLineComesBeforeTheEnvironment() throws Exception {
    credentialsFile("[other]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
    environment.putAll(Map.of("AWS_ACCESS_KEY_ID", "ENV", "AWS_SECRET_ACCESS_KEY", "es"));

    assertThat(resolve("other").accessKeyId()).isEqualTo("FILE");
  }

  @Test
  void halfOfAPairIsAnErrorAndNotPassedOver() throws Exception {
    credentialsFile("[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
    environment.put("AWS_ACCESS_KEY_ID", "ENV");

    assertThatThrownBy(() -> resolve(null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Partial credentials found in the environment");
  }

  @Test
  void sharedFileComesBeforeProcessAndConfigFile() throws Exception {
    configFile(
        """
        [profile p]
        aws_access_key_id = CONFIG
        aws_secret_access_key = s
        credential_process = /bin/creds
        """);
    credentialsFile("[p]\n# mine\nAWS_Access_Key_Id: FILE\naws_secret_access_key=s/#+;=:\n");

    assertThat(resolve("p")).isEqualTo(new Credentials("FILE", "s/#+;=:", null));

    credentialsFile("");
    assertThat(resolve("p").accessKeyId()).isEqualTo("PROC");

    configFile("[profile p]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n");
    assertThat(resolve("p").accessKeyId()).isEqualTo("CONFIG");
  }

  @Test
  void profileNameMayBeQuoted() throws Exception {
    configFile("[profile \"my name\"]\naws_access_key_id = A\naws_secret_access_key = s\n");

    assertThat(resolve("my name").accessKeyId()).isEqualTo("A");
  }

  @Test
  void processIsRunAgainShortlyBeforeItsCredentialsEnd() throws Exception {
    configFile("[default]\ncredential_process = \"/opt/my creds\" --for 'a b' c\\ d\n");
    CredentialChain chain = chain(null);
    assertThat(chain.resolve()).isEqualTo(new Credentials("PROC", "s", "t"));

    now = Instant.parse("2026-11-22T09:54:59Z");
    chain.resolve();
    assertThat(commands).containsExactly(List.of("/opt/my creds", "--for", "a b", "c d"));

    now = Instant.parse("2026-11-22T09:55:00Z");
    chain.resolve();
    assertThat(commands).hasSize(2);
  }

  @Test
  void expiredCredentialsOfAProcessAreRefused() throws Exception {
    configFile("[default]\ncredential_process = creds\n");
    now = Instant.parse("2026-11-22T10:00:00Z");

    assertThatThrownBy(() -> resolve(null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expired");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json secret",
        "{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"secret\"}",
        "{\"Version\":1,\"AccessKeyId\":\"A\"}",
        "{\"Version\":1,\"SecretAccessKey\":\"secret\"}",
        "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"secret\",\"Expiration\":\"x\"}",
      })
  void otherOutputOfAProcessIsRefusedAndNotShown(String text) throws Exception {
    configFile("[default]\ncredential_process = creds\n");
    output = text;

    assertThatThrownBy(() -> resolve(null))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("secret\"")
        .hasMessageNotContaining("json secret");
  }

  @Test
  void roleToAssumeIsRefusedAndNotPassedOver() throws Exception {
    configFile(
        """
        [profile p]
        role_arn = arn:aws:iam::1:role/r
        source_profile = default
        aws_access_key_id = A
        aws_secret_access_key = s
        """);

    assertThatThrownBy(() -> resolve("p")).hasMessageContaining("role_arn");
  }

  @Test
  void absenceTellsWhatToDo() {
    assertThatThrownBy(() -> resolve(null))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Unable to locate credentials");
  }

  @Test
  void profileThatIsNowhereIsRefused() {
    assertThatThrownBy(() -> resolve("nobody"))
        .hasMessage("The config profile (nobody) could not be found");
    environment.put("AWS_PROFILE", "nobody");
    assertThatThrownBy(() -> resolve(null)).hasMessageContaining("(nobody)");
  }

  @Test
  void lineThatIsNoSettingIsNamedAndNotShown() throws Exception {
    credentialsFile("[default]\naws_access_key_id = A\nvery-secret-line\n");

    assertThatThrownBy(() -> resolve(null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 3")
        .hasMessageNotContaining("very-secret");
  }

  @Test
  void quoteThatIsNotClosedIsRefused() throws Exception {
    configFile("[default]\ncredential_process = creds 'a\n");

    assertThatThrownBy(() -> resolve(null)).isInstanceOf(IOException.class);
  }

  private Credentials resolve(@Nullable String profile) throws IOException {
    return chain(profile).resolve();
  }

  private CredentialChain chain(@Nullable String profile) throws IOException {
    return new CredentialChain(
        Profile.load(profile, environment),
        command -> {
          commands.add(command);
          return output.getBytes(StandardCharsets.UTF_8);
        },
        () -> now);
  }

  private void credentialsFile(String text) throws IOException {
    Path file = home.resolve("shared");
    Files.writeString(file, text);
    environment.put("AWS_SHARED_CREDENTIALS_FILE", file.toString());
  }

  private void configFile(String text) throws IOException {
    Files.createDirectories(home.resolve(".aws"));
    Files.writeString(home.resolve(".aws/config"), text);
  }
}
