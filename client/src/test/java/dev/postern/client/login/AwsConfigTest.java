package dev.postern.client.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One profile of the AWS CLI's file is changed and nothing else. */
class AwsConfigTest {
  @TempDir Path temporary;

  private final Map<String, String> settings = new LinkedHashMap<>();
  private Path file;
  private AwsConfig config;

  @BeforeEach
  void choose() {
    settings.put("credential_process", "/opt/postern credentials --profile people");
    settings.put("endpoint_url", "https://postern.example.org");
    file = temporary.resolve(".aws/config");
    config = new AwsConfig(file);
  }

  @Test
  void fileIsMadeForItsOwnerOnly() throws Exception {
    config.write("people", settings);

    assertThat(file)
        .hasContent(
            """
            [profile people]
            credential_process = /opt/postern credentials --profile people
            endpoint_url = https://postern.example.org
            """);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void profileIsAddedBelowTheOthers() throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "# mine\n[default]\nregion=eu-west-1");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    config.write("people", settings);

    assertThat(Files.readString(file))
        .startsWith(
            "# mine\n[default]\nregion=eu-west-1\n\n[profile people]\ncredential_process =");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
  }

  @Test
  void settingsAreReplacedWhereTheyStand() throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        """
        [profile "people"]
        # why
        Credential_Process: old --profile people
        s3 =
          endpoint_url = https://s3.example.org
        output = json

        [profile other]
        endpoint_url = https://other.example.org
        """);
    config.write("people", settings);
    config.write("people", settings);

    assertThat(Files.readString(file))
        .isEqualTo(
            """
            [profile "people"]
            endpoint_url = https://postern.example.org
            # why
            credential_process = /opt/postern credentials --profile people
            s3 =
              endpoint_url = https://s3.example.org
            output = json

            [profile other]
            endpoint_url = https://other.example.org
            """);
  }

  @Test
  void defaultProfileHasASectionOfItsName() throws Exception {
    config.write("default", settings);
    config.write("default", settings);

    assertThat(Files.readString(file)).startsWith("[default]\n").hasLineCount(3);
  }

  @Test
  void linkedFileStaysLinked() throws Exception {
    Path real = Files.writeString(temporary.resolve("dotfiles"), "[default]\n");
    Files.createDirectories(file.getParent());
    Files.createSymbolicLink(file, real);
    config.write("people", settings);

    assertThat(Files.isSymbolicLink(file)).isTrue();
    assertThat(real).content().contains("[profile people]");
  }

  @Test
  void lineBreaksAreRefused() {
    settings.put("ca_bundle", "/a\n[default]");

    assertThatThrownBy(() -> config.write("people", settings))
        .isInstanceOf(IOException.class)
        .hasMessage("a config file cannot hold this ca_bundle");
    assertThat(file).doesNotExist();
  }

  @Test
  void fileIsTheOneThatTheAwsCliReads() {
    assertThat(AwsConfig.of(Map.of("HOME", "/h")).file()).hasToString("/h/.aws/config");
    assertThat(AwsConfig.of(Map.of("HOME", "/h", "AWS_CONFIG_FILE", "~/c")).file())
        .hasToString("/h/c");
    assertThat(AwsConfig.of(Map.of("HOME", "/h", "AWS_CONFIG_FILE", "/c")).file())
        .hasToString("/c");
  }
}
