package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.client.oidc.OidcProvider;
import dev.postern.client.oidc.TestBrowser;
import dev.postern.client.oidc.TestCertificate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A person without static keys: a provider, a role that trusts it, a login, the real AWS CLI. */
@Timeout(300)
class LoginTest {
  private static final String ROLE = "People";
  private static final String PROFILE = "people";
  private static final String REGION = "us-east-1";

  @TempDir Path temporary;

  private TestCertificate certificate;
  private OidcProvider provider;
  private RunningServer server;
  private Path caBundle;

  @BeforeEach
  void start() throws Exception {
    certificate = TestCertificate.create(temporary);
    provider = OidcProvider.https(certificate);
    server = new RunningServer(temporary.resolve("server"));
    caBundle =
        Files.writeString(
            temporary.resolve("people.pem"), Files.readString(server.ca()) + certificate.pem());
  }

  @AfterEach
  void stop() {
    provider.close();
    server.close();
  }

  /** The administrator's part; the ARN of the role. */
  private String trust(String audience) throws Exception {
    String providerArn =
        Json.text(
            server
                .aws(
                    "iam",
                    "create-open-id-connect-provider",
                    "--url",
                    provider.issuer(),
                    "--client-id-list",
                    OidcProvider.CLIENT,
                    "--thumbprint-list",
                    certificate.thumbprint())
                .orFail()
                .out(),
            "OpenIDConnectProviderArn");
    String name = provider.issuer().substring("https://".length());
    assertThat(providerArn).endsWith(":oidc-provider/" + name);
    Finished role =
        server.aws(
            "iam",
            "create-role",
            "--role-name",
            ROLE,
            "--assume-role-policy-document",
            """
            {"Version": "2012-10-17", "Statement": [{
              "Effect": "Allow",
              "Principal": {"Federated": "%s"},
              "Action": "sts:AssumeRoleWithWebIdentity",
              "Condition": {"StringEquals": {"%s:aud": "%s"}}}]}
            """
                .formatted(providerArn, name, audience));
    server
        .aws(
            "iam",
            "put-role-policy",
            "--role-name",
            ROLE,
            "--policy-name",
            "look",
            "--policy-document",
            """
            {"Version": "2012-10-17", "Statement": [{
              "Effect": "Allow", "Action": "ssm:DescribeInstanceInformation", "Resource": "*"}]}
            """)
        .orFail();
    return Json.text(role.orFail().out(), "Arn");
  }

  /** Somebody who has a home and nothing of AWS's in it. */
  private Shell person() {
    return RunningServer.base()
        .with("HOME", temporary.resolve("home").toString())
        .without("XDG_CACHE_HOME")
        .without("DISPLAY")
        .without("WAYLAND_DISPLAY");
  }

  private Finished login(String roleArn) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(Programs.postern(), "login", "--issuer", provider.issuer()));
    command.addAll(List.of("--client-id", OidcProvider.CLIENT, "--role-arn", roleArn));
    command.addAll(List.of("--profile", PROFILE, "--write-config", "--no-browser"));
    command.addAll(List.of("--endpoint-url", server.url().toString(), "--region", REGION));
    command.addAll(List.of("--ca-bundle", caBundle.toString(), "--duration-seconds", "900"));
    Process process = person().start(command);
    try (TestBrowser browser = new TestBrowser(certificate.context())) {
      Output out = new Output(process.getInputStream());
      Output err = new Output(process.getErrorStream());
      browser.visit(URI.create(out.expect(TestBrowser.PRINTED).group(1)));
      if (!process.waitFor(Output.TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the login did not end\n" + out.all() + err.all());
      }
      return new Finished(process.exitValue(), out.allAtEnd(), err.allAtEnd());
    } finally {
      process.destroyForcibly();
    }
  }

  /** The real AWS CLI, with what the login wrote and nothing else. */
  private Finished awsOfPerson(String... arguments) {
    List<String> command = new ArrayList<>(List.of("aws", "--profile", PROFILE));
    command.addAll(List.of("--endpoint-url", server.url().toString()));
    command.addAll(List.of(arguments));
    return person().run(command);
  }

  @Test
  void personWorksWithoutStaticKeysUntilTheLogout() throws Exception {
    Finished login = login(trust(OidcProvider.CLIENT)).orFail();
    assertThat(login.out()).contains(":assumed-role/People/" + OidcProvider.PERSON + " until ");

    String identity = awsOfPerson("sts", "get-caller-identity").orFail().out();
    assertThat(Json.text(identity, "Arn")).endsWith(":assumed-role/People/" + OidcProvider.PERSON);
    awsOfPerson("ssm", "describe-instance-information").orFail();
    Finished denied = awsOfPerson("ssm", "describe-sessions", "--state", "Active");
    assertThat(denied.exitCode()).isNotZero();
    assertThat(denied.err()).contains("AccessDenied", "assumed-role/People/");
    person().run(List.of(Programs.postern(), "nodes", "--profile", PROFILE)).orFail();

    person().run(List.of(Programs.postern(), "logout", "--profile", PROFILE)).orFail();
    Finished after = awsOfPerson("sts", "get-caller-identity");
    assertThat(after.exitCode()).isNotZero();
    assertThat(after.err()).contains("nobody is logged in as profile people: run postern login");
  }

  @Test
  void roleThatWantsAnotherClientIsRefused() throws Exception {
    Finished login = login(trust("another-client"));

    assertThat(login.exitCode()).isEqualTo(1);
    assertThat(login.err())
        .isEqualTo(
            "postern: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n");
    assertThat(temporary.resolve("home/.cache")).doesNotExist();
    assertThat(temporary.resolve("home/.aws")).doesNotExist();
  }
}
