package dev.postern.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.agent.shell.Account;
import dev.postern.aws.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class OfficialConfigTest {
  private static final String ACTIVATION = "11111111-2222-3333-4444-555555555555";

  @TempDir private Path temporary;
  private final StringWriter err = new StringWriter();
  private int exitCode;

  private String print(String... arguments) {
    StringWriter out = new StringWriter();
    exitCode =
        new CommandLine(new OfficialConfigCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return out.toString();
  }

  private Map<String, Object> config(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("--part", "config"));
    all.addAll(List.of(arguments));
    return Json.readObject(print(all.toArray(String[]::new)).getBytes(UTF_8));
  }

  /** A certificate with its key before it, as some tools write them into one file. */
  private Path authority() throws Exception {
    String pem =
        AgentProgram.run(
                List.of(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-subj",
                    "/CN=test",
                    "-keyout",
                    "-",
                    "-out",
                    "-"),
                Map.of(),
                "")
            .orFail()
            .out();
    assertThat(pem).contains("PRIVATE KEY");
    return Files.writeString(temporary.resolve("ca.pem"), pem);
  }

  @Test
  void hostAndPortAreAnEndpointWithSchemeForEveryService() throws Exception {
    Map<String, Object> endpoint = Map.of("Endpoint", "https://postern.example.org:8443");

    assertThat(config("--endpoint", "https://postern.example.org:8443/", "--region", "eu-west-1"))
        .isEqualTo(
            Map.of(
                "Ssm",
                endpoint,
                "Mgs",
                Map.of("Endpoint", "https://postern.example.org:8443", "Region", "eu-west-1"),
                "Mds",
                endpoint,
                "S3",
                endpoint,
                "Kms",
                endpoint,
                "Agent",
                Map.of("Region", "eu-west-1", "TelemetryMetricsToSSM", false),
                "Identity",
                Map.of("ConsumptionOrder", List.of("OnPrem"))));
    assertThat(exitCode).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.org", "example.org:8443"})
  void serviceDomainIsTheOneKeyThatRedirectsAll(String domain) throws Exception {
    assertThat(config("--service-domain", domain))
        .isEqualTo(
            Map.of(
                "Agent",
                Map.of(
                    "Region", "us-east-1", "ServiceDomain", domain, "TelemetryMetricsToSSM", false),
                "Identity",
                Map.of("ConsumptionOrder", List.of("OnPrem"))));
  }

  @Test
  void addressOfAnotherKindIsKeptAsItIs() throws Exception {
    assertThat(config("--endpoint", "https://[2001:db8::1]:8443").get("Ssm"))
        .isEqualTo(Map.of("Endpoint", "https://[2001:db8::1]:8443"));
    assertThat(config("--endpoint", "https://postern.example.org").get("Ssm"))
        .isEqualTo(Map.of("Endpoint", "https://postern.example.org"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--region=us-east-1",
        "--endpoint=http://localhost:8443",
        "--endpoint=localhost:8443",
        "--endpoint=https://h/path",
        "--endpoint=https://user@h",
        "--endpoint=https://h --service-domain=h",
        "--endpoint=https://h --region=us'east",
        "--endpoint=https://h --activation-id=';reboot'",
        "--endpoint=https://h --part=everything",
        "--service-domain=https://example.org",
        "--service-domain=example.org/x",
        "--service-domain=-example.org"
      })
  void wrongUsageIsToldAndPrintsNothing(String arguments) {
    String printed = print(arguments.split(" ", -1));

    assertThat(exitCode).isEqualTo(2);
    assertThat(printed).isEmpty();
    assertThat(err.toString()).isNotEmpty();
  }

  @Test
  void fileWithoutCertificatesIsRefused() throws Exception {
    Path file = Files.writeString(temporary.resolve("empty.pem"), "nothing\n");
    print("--endpoint", "https://h", "--ca", file.toString());

    assertThat(exitCode).isEqualTo(1);
  }

  @Test
  void environmentNamesTheAuthoritiesForThatAgentAndItsRegistration() throws Exception {
    String ca = authority().toString();

    assertThat(print("--endpoint", "https://h", "--ca", ca, "--part", "environment"))
        .isEqualTo("[Service]\nEnvironment=SSL_CERT_FILE=/etc/amazon/ssm/postern-ca.pem\n");
    assertThat(
            print(
                "--endpoint",
                "https://h",
                "--ca",
                ca,
                "--part",
                "register",
                "--activation-id",
                ACTIVATION))
        .isEqualTo(
            "SSL_CERT_FILE=/etc/amazon/ssm/postern-ca.pem amazon-ssm-agent -register -y -code"
                + " \"$ACTIVATION_CODE\" -id "
                + ACTIVATION
                + " -region us-east-1\n");
  }

  @Test
  void certificateThatTheMachineTrustsNeedsNoEnvironment() {
    assertThat(print("--endpoint", "https://h", "--part", "environment")).startsWith("#");
    assertThat(print("--endpoint", "https://h"))
        .doesNotContain("SSL_CERT_FILE", "daemon-reload")
        .contains("-id \"$ACTIVATION_ID\"");
  }

  @Test
  void keysOfTheFileStayThere() throws Exception {
    assertThat(print("--endpoint", "https://h", "--ca", authority().toString()))
        .contains("-----BEGIN CERTIFICATE-----")
        .doesNotContain("PRIVATE KEY");
  }

  /** With a copy of /etc in a mount namespace, and programs that only say what they were told. */
  @Test
  void scriptSetsAMachineUp() throws Exception {
    assumeTrue(Account.current().isRoot());
    assumeTrue(
        AgentProgram.run(List.of("unshare", "-m", "mount", "--bind", "/tmp", "/mnt"), Map.of(), "")
                .exitCode()
            == 0,
        "mount namespaces are not allowed here");
    String[] options = {"--endpoint", "https://h:8443", "--ca", authority().toString()};
    Files.writeString(temporary.resolve("script"), print(options));
    Path bin = Files.createDirectory(temporary.resolve("bin"));
    for (String name : List.of("systemctl", "amazon-ssm-agent")) {
      Path program = bin.resolve(name);
      Files.writeString(program, "#!/bin/sh\necho \"" + name + " $* $SSL_CERT_FILE\"\n");
      assertThat(program.toFile().setExecutable(true)).isTrue();
    }

    AgentProgram.Finished done =
        AgentProgram.run(
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                """
                set -e
                cp -a /etc "$0/etc"; mount --bind "$0/etc" /etc
                sh "$0/script"
                openssl crl2pkcs7 -nocrl -certfile /etc/amazon/ssm/postern-ca.pem |
                  openssl pkcs7 -print_certs -noout | tail -n 3
                cp -r /etc/amazon /etc/systemd "$0"
                """,
                temporary.toString()),
            Map.of(
                "PATH",
                bin + ":/usr/sbin:/usr/bin:/sbin:/bin",
                "ACTIVATION_ID",
                ACTIVATION,
                "ACTIVATION_CODE",
                "code"),
            "");

    assertThat(done.orFail().out())
        .startsWith(
            "systemctl daemon-reload \nsystemctl stop amazon-ssm-agent \namazon-ssm-agent"
                + " -register -y -code code -id "
                + ACTIVATION
                + " -region us-east-1 /etc/amazon/ssm/postern-ca.pem\nsystemctl start")
        .contains("CN = test");
    assertThat(temporary.resolve("amazon/ssm/amazon-ssm-agent.json"))
        .content()
        .isEqualTo(print("--endpoint", "https://h:8443", "--part", "config"));
    assertThat(temporary.resolve("systemd/system/amazon-ssm-agent.service.d/postern.conf"))
        .content()
        .contains("SSL_CERT_FILE=/etc/amazon/ssm/postern-ca.pem");
  }

  @Test
  void scriptWithoutACodeDoesNothing() throws Exception {
    AgentProgram.Finished refused =
        AgentProgram.run(
            List.of("sh"),
            Map.of(),
            print("--endpoint", "https://h", "--activation-id", ACTIVATION));

    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.err()).contains("the code of an activation");
  }
}
