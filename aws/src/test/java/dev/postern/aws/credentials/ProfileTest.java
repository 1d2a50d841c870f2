package dev.postern.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileTest {
  private static final String CONFIG =
      """
      # written by postern
      [default]
      region = us-west-2

      [profile postern]
      region=us-east-1
      endpoint_url = https://localhost:8443
      ca_bundle = ~/ca.pem
      services = local
      s3 =
        signature_version = s3v4

      [services local]
      ssm =
        endpoint_url = https://ssm.example.com
      """;

  @TempDir private Path home;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void writeConfig() throws IOException {
    Path file = home.resolve("config");
    Files.writeString(file, CONFIG);
    environment.put("HOME", home.toString());
    environment.put("AWS_CONFIG_FILE", "~/config");
  }

  @Test
  void settingsComeFromTheNamedProfile() throws Exception {
    environment.put("AWS_PROFILE", "postern");

    Profile profile = Profile.load(null, environment);

    assertThat(profile.region()).isEqualTo("us-east-1");
    assertThat(profile.caBundle()).isEqualTo(home.resolve("ca.pem"));
    assertThat(profile.endpointUrl("sts")).isEqualTo(URI.create("https://localhost:8443"));
    assertThat(profile.endpointUrl("ssm")).isEqualTo(URI.create("https://ssm.example.com"));
  }

  @Test
  void defaultProfileIsUsedWhenNoneIsNamed() throws Exception {
    Profile profile = Profile.load(null, environment);

    assertThat(profile.region()).isEqualTo("us-west-2");
    assertThat(profile.endpointUrl("ssm")).isNull();
    assertThat(profile.caBundle()).isNull();
  }

  @Test
  void environmentComesBeforeTheProfile() throws Exception {
    environment.put("AWS_DEFAULT_REGION", "eu-west-1");
    environment.put("AWS_ENDPOINT_URL", "https://general:1");
    environment.put("AWS_ENDPOINT_URL_SSM", "https://special:2");
    environment.put("AWS_CA_BUNDLE", "/etc/ca.pem");

    Profile profile = Profile.load("postern", environment);

    assertThat(profile.region()).isEqualTo("eu-west-1");
    assertThat(profile.endpointUrl("ssm")).isEqualTo(URI.create("https://special:2"));
    assertThat(profile.endpointUrl("sts")).isEqualTo(URI.create("https://general:1"));
    assertThat(profile.caBundle()).isEqualTo(Path.of("/etc/ca.pem"));

    environment.put("AWS_REGION", "eu-west-2");
    assertThat(Profile.load("postern", environment).region()).isEqualTo("eu-west-2");
  }

  @Test
  void configuredEndpointsCanBeSwitchedOff() throws Exception {
    environment.put("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");

    assertThat(Profile.load("postern", environment).endpointUrl("ssm")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost:8443", "https://", "ftp://host", "https://h?x=y", "http://a b"})
  void addressThatIsNoEndpointIsRefused(String url) throws Exception {
    environment.put("AWS_ENDPOINT_URL", url);
    Profile profile = Profile.load(null, environment);

    assertThatThrownBy(() -> profile.endpointUrl("ssm")).isInstanceOf(IOException.class);
  }

  @Test
  void noFilesAtAllIsNoError() throws Exception {
    assertThat(Profile.load(null, Map.of()).region()).isNull();
  }

  @Test
  void profileThatIsYetToBeWrittenHasTheEnvironmentsSettings() throws Exception {
    environment.put("AWS_PROFILE", "postern");
    environment.put("AWS_REGION", "eu-west-1");

    Profile profile = Profile.loadOrEmpty("new", environment);

    assertThat(profile.name()).isEqualTo("new");
    assertThat(profile.region()).isEqualTo("eu-west-1");
    assertThat(profile.endpointUrl("sts")).isNull();
    assertThat(profile.obstacleToProcess()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"aws_access_key_id", "credential_process", "role_arn", "sso_session"})
  void whatTheAwsCliPrefersToAProcessIsNamed(String key) throws Exception {
    Path file = Files.writeString(home.resolve("shared"), "[people]\n" + key + " = x\n");
    environment.put("AWS_SHARED_CREDENTIALS_FILE", file.toString());

    assertThat(Profile.loadOrEmpty("people", environment).obstacleToProcess()).isEqualTo(key);
    assertThat(Profile.loadOrEmpty("postern", environment).obstacleToProcess()).isNull();
  }

  @Test
  void keysInTheConfigFileComeAfterAProcess() throws Exception {
    Files.writeString(
        home.resolve("config"),
        "[profile people]\naws_access_key_id = x\ncredential_process = y\n");

    assertThat(Profile.loadOrEmpty("people", environment).obstacleToProcess()).isNull();

    Files.writeString(home.resolve("config"), "[profile people]\nrole_arn = x\n");
    assertThat(Profile.loadOrEmpty("people", environment).obstacleToProcess())
        .isEqualTo("role_arn");
  }
}
