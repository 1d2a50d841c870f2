package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.store.AccessKeyRecord;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFilesTest {
  private static final String SECRET = "abcdefghijklmnopqrstuvwxyz0123456789+/AB";
  private static final AccessKeyRecord KEY =
      new AccessKeyRecord(
          "AKIAABCDEFGHIJKLMNOP",
          SECRET,
          true,
          new AccessKeyRecord.Principal.User("admin"),
          Optional.empty(),
          Optional.empty(),
          java.time.Instant.EPOCH,
          dev.postern.server.store.SessionContext.NONE);

  @TempDir Path parent;
  private DataDirectory data;
  private List<X509Certificate> anchors;

  @BeforeEach
  void setUp() throws Exception {
    // A name that only careful quoting survives.
    data = DataDirectory.open(parent.resolve("it's a \"data\" $HOME dir"));
    ServerNames names =
        ServerNames.of(
            new ListenAddress("127.0.0.1", 0), URI.create("https://localhost"), Optional.empty());
    anchors =
        CertificateAuthority.open(data.tls(), names, InstantSource.system(), new SecureRandom())
            .trustAnchors();
    new ClientFiles(data, URI.create("https://localhost:8443"), "eu-west-1")
        .write(Optional.of(KEY), anchors, Optional.of(parent.resolve("postern 'home'")));
  }

  @AfterEach
  void tearDown() {
    data.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash", "bash", "zsh"})
  void shellsTakeTheEnvironment(String shell) throws Exception {

    Command run =
        source(
            shell,
            "set -eu; . \"$ENV_FILE\"; . \"$ENV_FILE\"; env -0 | tr '\\0' '\\n'",
            Map.of("AWS_ACCESS_KEY_ID", "stray", "AWS_SESSION_TOKEN", "stray"));

    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output().lines())
        .contains(
            "AWS_ENDPOINT_URL=https://localhost:8443",
            "AWS_REGION=eu-west-1",
            "AWS_DEFAULT_REGION=eu-west-1",
            "AWS_PROFILE=postern",
            "AWS_CA_BUNDLE=" + data.path() + "/tls/bundle.pem",
            "SSL_CERT_FILE=" + data.path() + "/tls/bundle.pem",
            "AWS_CONFIG_FILE=" + data.path() + "/aws/config",
            "AWS_SHARED_CREDENTIALS_FILE=" + data.path() + "/aws/credentials",
            "PATH=" + data.path() + "/bin:" + parent.resolve("tools") + ":/usr/bin:/bin");
    assertThat(run.output())
        .doesNotContain("stray")
        .doesNotContain("_postern")
        .doesNotContain(SECRET);
  }

  @ParameterizedTest
  @CsvSource({
    "aws-cli/1.22.34 Python/3.11.2 Linux/6.1,   true",
    "aws-cli/1.28.99 Python/3.11.2,             true",
    "aws-cli/1.29.0 Python/3.11.2,              false",
    "aws-cli/2.9.19 Python/3.11.2 Linux/6.1,    true",
    "aws-cli/2.13.0 Python/3.11.4,              false",
    "aws-cli/2.31.5 Python/3.13 exe/x86_64,     false",
    "aws-cli/10.1.0 something,                  false",
    "aws-cli/2.x,                               false",
    "gibberish,                                 false"
  })
  void oldCommandLineInterfaceIsWarnedOf(String version, boolean warned) throws Exception {
    Path tools = Files.createDirectories(parent.resolve("tools"));
    Path aws = tools.resolve("aws");
    Files.writeString(aws, "#!/bin/sh\necho '" + version + "'\n");
    Files.setPosixFilePermissions(aws, PosixFilePermissions.fromString("rwx------"));

    Command run = source("dash", "set -eu; . \"$ENV_FILE\"", Map.of());

    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).isEmpty();
    if (warned) {
      assertThat(run.errors()).contains("pass --endpoint-url $AWS_ENDPOINT_URL").hasLineCount(1);
    } else {
      assertThat(run.errors()).isEmpty();
    }
  }

  @Test
  void secretStandsInTheCredentialsFileOnly() throws Exception {
    Path credentials = data.path().resolve("aws/credentials");

    assertThat(Files.getPosixFilePermissions(credentials))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.readString(credentials))
        .contains("[postern]")
        .contains("aws_secret_access_key = " + SECRET);
    try (var files = Files.walk(data.path())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.equals(credentials)) {
          assertThat(Files.readString(file)).doesNotContain(SECRET);
        }
      }
    }
  }

  @Test
  void credentialsStayWhenTheAdministratorHasNoKey() throws Exception {
    String before = Files.readString(data.path().resolve("aws/credentials"));

    new ClientFiles(data, URI.create("https://localhost:8443"), "eu-west-1")
        .write(Optional.empty(), anchors, Optional.empty());

    assertThat(Files.readString(data.path().resolve("aws/credentials"))).isEqualTo(before);
  }

  @Test
  void profileNamesTheEndpoint() throws Exception {
    assertThat(Files.readString(data.path().resolve("aws/config")))
        .contains("[profile postern]\nregion = eu-west-1\nendpoint_url = https://localhost:8443\n")
        .contains("s3 =\n    signature_version = s3v4\n");
  }

  @Test
  void bundleHoldsTheSystemsRootsAndOurCa() throws Exception {
    List<X509Certificate> bundle = Pem.readCertificates(data.path().resolve("tls/bundle.pem"));

    assertThat(bundle).hasSizeGreaterThan(20).endsWith(anchors.getFirst());
  }

  @Test
  void pluginPassesItsArgumentsOn() throws Exception {
    Path home = Files.createDirectories(parent.resolve("postern 'home'"));
    Path postern = home.resolve("postern");
    Files.writeString(postern, "#!/bin/sh\nfor word; do echo \"<$word>\"; done\n");
    Files.setPosixFilePermissions(postern, PosixFilePermissions.fromString("rwx------"));

    Command run =
        Command.run(
            Map.of(),
            List.of(data.path().resolve("bin/session-manager-plugin").toString(), "a b", "", "*"));

    assertThat(run.output()).isEqualTo("<plugin>\n<a b>\n<>\n<*>\n");
  }

  private Command source(String shell, String script, Map<String, String> more) throws Exception {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("ENV_FILE", data.path().resolve("env").toString());
    environment.put("PATH", parent.resolve("tools") + ":/usr/bin:/bin");
    return Command.run(environment, List.of(shell, "-c", script));
  }
}
