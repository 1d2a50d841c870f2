package dev.postern.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.aws.Fault;
import dev.postern.aws.json.Json;
import dev.postern.client.login.TestSts;
import dev.postern.client.oidc.OidcProvider;
import dev.postern.client.oidc.TestBrowser;
import dev.postern.client.plugin.PluginProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Login, credentials and logout as processes, with a provider and a home of their own. */
@Timeout(180)
class LoginCommandTest {
  @TempDir Path home;

  private final Map<String, String> environment = new HashMap<>();
  private final List<PluginProcess> programs = new ArrayList<>();
  private OidcProvider provider;
  private TestSts sts;

  @BeforeEach
  void start() throws Exception {
    provider = OidcProvider.http();
    sts = new TestSts(provider);
    environment.put("HOME", home.toString());
    environment.put("XDG_CACHE_HOME", home.resolve("cache").toString());
    environment.put("POSTERN_HOME", home.toString());
    environment.put("AWS_ENDPOINT_URL", sts.endpoint().toString());
    environment.put("AWS_REGION", "eu-central-1");
    environment.put("DISPLAY", "");
    environment.put("WAYLAND_DISPLAY", "");
    environment.put("BROWSER", "");
  }

  @AfterEach
  void stop() {
    programs.forEach(PluginProcess::close);
    sts.close();
    provider.close();
  }

  private PluginProcess run(String... arguments) throws Exception {
    PluginProcess program = PluginProcess.start(CliMain.class, environment, arguments);
    programs.add(program);
    return program;
  }

  private PluginProcess begin(String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "login",
                "--issuer",
                provider.issuer(),
                "--client-id",
                OidcProvider.CLIENT,
                "--role-arn",
                TestSts.ROLE));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private PluginProcess login(String... more) throws Exception {
    PluginProcess program = begin(more);
    follow(program);
    program.awaitExit();
    return program;
  }

  private static void follow(PluginProcess program) throws Exception {
    program.awaitOutput("code_challenge_method=S256\n");
    try (TestBrowser browser = new TestBrowser()) {
      browser.visit(TestBrowser.printed(program.output()));
    }
  }

  private Path kept(String profile) {
    return home.resolve("cache/postern/" + profile + ".json");
  }

  @Test
  void loginFillsWhatCredentialsPrintAndLogoutRemoves() throws Exception {
    PluginProcess login = login("--no-browser");

    assertThat(login.awaitExit()).isZero();
    assertThat(login.error()).isEmpty();
    assertThat(login.output())
        .contains(
            "Logged in as arn:aws:sts::123456789012:assumed-role/People/jane.doe@example.org until ",
            "[profile postern-login]\n"
                + "credential_process = postern credentials --profile postern-login\n"
                + "endpoint_url = "
                + sts.endpoint()
                + "\nregion = eu-central-1\n")
        .doesNotContain("secret+/", "token+/", "ASIA", "refresh-", "should open");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept("postern-login"))))
        .isEqualTo("rw-------");

    PluginProcess credentials = run("credentials");
    assertThat(credentials.awaitExit()).isZero();
    assertThat(credentials.error()).isEmpty();
    assertThat(Json.readObject(credentials.output().strip()))
        .containsEntry("Version", 1L)
        .containsEntry("AccessKeyId", "ASIA1")
        .containsEntry("SecretAccessKey", "secret+/1")
        .containsEntry("SessionToken", "token+/1")
        .containsKey("Expiration")
        .hasSize(5);

    assertThat(run("logout").awaitExit()).isZero();
    assertThat(kept("postern-login")).doesNotExist();
    PluginProcess after = run("credentials");
    assertThat(after.awaitExit()).isEqualTo(1);
    assertThat(after.output()).isEmpty();
    assertThat(after.error())
        .isEqualTo("postern: nobody is logged in as profile postern-login: run postern login\n");
  }

  @Test
  void configIsWrittenOnRequestAndOurCommandsUseIt() throws Exception {
    Path launcher = Files.writeString(home.resolve("postern"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    PluginProcess login = login("--profile", "people", "--write-config", "--no-browser");

    assertThat(login.awaitExit()).isZero();
    assertThat(login.output())
        .endsWith("Profile people is in " + home.resolve(".aws/config") + "\n");
    assertThat(home.resolve(".aws/config"))
        .hasContent(
            "[profile people]\ncredential_process = "
                + launcher
                + " credentials --profile people\nendpoint_url = "
                + sts.endpoint()
                + "\nregion = eu-central-1\n");

    // The launcher of this test is the real program's credentials, printed once and replayed.
    PluginProcess credentials = run("credentials", "--profile", "people");
    credentials.awaitExit();
    Path json = Files.writeString(home.resolve("json"), credentials.output());
    Files.writeString(
        launcher, "#!/bin/sh\n[ $1$2$3 = credentials--profilepeople ] && cat " + json);
    PluginProcess nodes = run("nodes", "--profile", "people");
    nodes.awaitExit();
    assertThat(nodes.error()).doesNotContain("credential_process", "Unable to locate");
  }

  @Test
  void profileWhoseStaticKeysWouldWinIsNotWritten() throws Exception {
    Files.createDirectories(home.resolve(".aws"));
    Files.writeString(home.resolve(".aws/credentials"), "[people]\naws_access_key_id = AKIA\n");
    PluginProcess login = begin("--profile", "people", "--write-config", "--no-browser");

    assertThat(login.awaitExit()).isEqualTo(1);
    assertThat(login.error()).startsWith("postern: profile people has aws_access_key_id, which");
    assertThat(login.error()).hasLineCount(1);
    assertThat(login.output()).isEmpty();
  }

  @Test
  void desktopsBrowserIsOpenedUnlessToldNot() throws Exception {
    Path opener = home.resolve("bin/xdg-open");
    Files.createDirectories(opener.getParent());
    Path pipe = home.resolve("opened");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Files.writeString(
        opener, "#!/bin/sh\necho noise; echo noise >&2\nexec printf %s \"$1\" > " + pipe + "\n");
    Files.setPosixFilePermissions(opener, PosixFilePermissions.fromString("rwx------"));
    environment.put("PATH", opener.getParent() + ":" + System.getenv("PATH"));
    environment.put("DISPLAY", ":77");

    PluginProcess silent = login("--no-browser");
    assertThat(silent.output()).doesNotContain("should open");

    FutureTask<String> opened = new FutureTask<>(() -> Files.readString(pipe));
    Thread.ofPlatform().daemon().start(opened);
    PluginProcess opening = begin();
    opening.awaitOutput("It should open in your browser now.");
    follow(opening);
    assertThat(opening.awaitExit()).isZero();
    assertThat(opening.output()).doesNotContain("noise");
    assertThat(opening.error()).isEmpty();
    assertThat(opened.get(30, TimeUnit.SECONDS))
        .isEqualTo(TestBrowser.printed(opening.output()).toString());
  }

  @Test
  void refusalsAreOneLineAndKeepNothing() throws Exception {
    sts.refuse(new Fault("AccessDenied", 403, "Not authorized to perform this"));
    PluginProcess refused = login("--no-browser");
    assertThat(refused.awaitExit()).isEqualTo(1);
    assertThat(refused.error())
        .isEqualTo("postern: AccessDenied: Not authorized to perform this\n");

    provider.refuse("access_denied", "not you\nand \u001b[2J nobody");
    PluginProcess unwanted = login("--no-browser");
    assertThat(unwanted.awaitExit()).isEqualTo(1);
    assertThat(unwanted.error())
        .isEqualTo(
            "postern: the provider refused the login: access_denied: not you and  [2J nobody\n");
    assertThat(home.resolve("cache")).doesNotExist();
  }

  @Test
  void interruptedLoginLeavesNothing() throws Exception {
    PluginProcess login = begin("--no-browser");
    login.awaitOutput("code_challenge_method=S256\n");
    login.kill("INT");

    assertThat(login.awaitExit()).isEqualTo(130);
    assertThat(login.error()).isEmpty();
    assertThat(home.resolve("cache")).doesNotExist();
  }

  @Test
  void waitEnds() throws Exception {
    PluginProcess login = begin("--no-browser", "--timeout", "1");

    assertThat(login.awaitExit()).isEqualTo(1);
    assertThat(login.error()).isEqualTo("postern: nobody logged in within 1 seconds\n");
  }

  @Test
  void tokenGoesNowhereUnlessToldWhere() throws Exception {
    environment.remove("AWS_ENDPOINT_URL");
    PluginProcess nowhere = begin("--no-browser");
    assertThat(nowhere.awaitExit()).isEqualTo(1);
    assertThat(nowhere.error()).startsWith("postern: You must say where the server is");

    PluginProcess plain = begin("--no-browser", "--endpoint-url", "http://postern.example.org");
    assertThat(plain.awaitExit()).isEqualTo(1);
    assertThat(plain.error()).startsWith("postern: the endpoint must begin with https://");
  }

  @Test
  void twoAtOnceRenewOnce() throws Exception {
    sts.give(Duration.ofMinutes(4));
    assertThat(login("--no-browser").awaitExit()).isZero();
    sts.give(Duration.ofHours(1));

    List<PluginProcess> both = List.of(run("credentials"), run("credentials"));
    for (PluginProcess one : both) {
      assertThat(one.awaitExit()).isZero();
      assertThat(one.error()).isEmpty();
      assertThat(one.output()).contains("\"ASIA2\"");
    }
    assertThat(provider.renewals()).isEqualTo(1);
  }

  @Test
  void expiredLoginIsOneLine() throws Exception {
    provider.giveNoRefreshTokens();
    sts.give(Duration.ZERO);
    assertThat(login("--no-browser").awaitExit()).isZero();

    PluginProcess credentials = run("credentials");
    assertThat(credentials.awaitExit()).isEqualTo(1);
    assertThat(credentials.output()).isEmpty();
    assertThat(credentials.error())
        .isEqualTo(
            "postern: the login of profile postern-login has expired: run postern login again\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "login",
        "login --issuer https://i --client-id c",
        "login --issuer https://i --client-id c --role-arn r --timeout 0",
        "login --issuer https://i --client-id c --role-arn r --duration-seconds x",
        "login --issuer https://i --client-id c --role-arn r --duration-seconds 0",
        "login --issuer https://i --client-id c --role-arn r --redirect-port 65536",
        "login --issuer https://i --client-id c --role-arn r --profile ../x",
        "credentials --profile a/b",
        "logout --profile .a",
        "logout all"
      })
  void wrongUsageIsOneLineAndTwo(String line) {
    StringWriter error = new StringWriter();
    int exitCode =
        CliMain.commandLine().setErr(new PrintWriter(error, true)).execute(line.split(" ", -1));

    assertThat(exitCode).isEqualTo(2);
    assertThat(error.toString()).startsWith("postern: ").hasLineCount(1);
  }

  @Test
  void loginsAreApart() throws Exception {
    assertThat(login("--no-browser", "--profile", "a").awaitExit()).isZero();
    assertThat(login("--no-browser", "--profile", "b").awaitExit()).isZero();
    assertThat(run("logout", "--profile", "a").awaitExit()).isZero();

    assertThat(kept("a")).doesNotExist();
    assertThat(Files.readString(kept("b"), StandardCharsets.UTF_8)).contains("ASIA2");
  }
}
