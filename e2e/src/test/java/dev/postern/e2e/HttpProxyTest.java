package dev.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything through a proxy that wants a password: the server's name resolves nowhere, so that
 * nothing can go past it.
 */
@Timeout(240)
@EnabledIfEnvironmentVariable(named = "POSTERN_SLOW_TESTS", matches = "1")
class HttpProxyTest {
  private static final String NAME = "server.test";
  private static final Duration COMMON_IDLE_MAX = Duration.ofSeconds(60);
  private static final Duration SHORT_IDLE_MAX = Duration.ofSeconds(2);

  @TempDir Path temporary;

  private RunningServer server(HttpProxy proxy) throws IOException {
    RunningServer server =
        new RunningServer(temporary.resolve("server"), "--public-url", "https://" + NAME + ":8443");
    proxy.leadsTo(server.listeningPort());
    return server;
  }

  private static Shell without(HttpProxy proxy) {
    return RunningServer.base().with("https_proxy", proxy.url());
  }

  private static Shell with(RunningServer server, HttpProxy proxy) {
    return server.shell().with("https_proxy", proxy.url());
  }

  private RunningAgent enrol(RunningServer server, HttpProxy proxy) throws IOException {
    String activation =
        with(server, proxy)
            .run(server.awsCommand("ssm", "create-activation", "--iam-role", "SSMServiceRole"))
            .orFail()
            .out();
    String data = temporary.resolve("agent").toString();
    Finished registered =
        without(proxy)
            .run(
                List.of(
                    Programs.postern(),
                    "agent",
                    "register",
                    "--endpoint",
                    server.url().toString(),
                    "--ca",
                    server.ca().toString(),
                    "--activation-id",
                    Json.text(activation, "ActivationId"),
                    "--data",
                    data),
                Json.text(activation, "ActivationCode") + "\n")
            .orFail();
    Matcher id = Pattern.compile("mi-[0-9a-f]{17}").matcher(registered.out());
    assertThat(id.find()).isTrue();
    return RunningAgent.of(
        without(proxy).start(List.of(Programs.postern(), "agent", "run", "--data", data)),
        id.group());
  }

  private static void awaitConnected(RunningServer server, HttpProxy proxy, RunningAgent agent) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() ->
            assertThat(
                    with(server, proxy)
                        .run(
                            server.awsCommand(
                                "ssm", "get-connection-status", "--target", agent.instanceId()))
                        .orFail()
                        .out())
                .contains("\"connected\""));
  }

  @Test
  void nodeAndPluginWorkThroughItAndItsMinuteOfSilenceCutsNeither() throws Exception {
    try (HttpProxy proxy = new HttpProxy(COMMON_IDLE_MAX);
        RunningServer server = server(proxy);
        RunningAgent agent = enrol(server, proxy)) {
      awaitConnected(server, proxy, agent);
      leaveAShellAloneUntilASilentTunnelIsCut(server, proxy, agent);

      assertThat(agent.err().all()).doesNotContain("no control channel");
      assertThat(proxy.targets)
          .filteredOn(target -> !target.equals("CONNECT " + HttpProxy.SILENT))
          .isNotEmpty()
          .allMatch(("CONNECT " + NAME + ":8443")::equals);
    }
  }

  private void leaveAShellAloneUntilASilentTunnelIsCut(
      RunningServer server, HttpProxy proxy, RunningAgent agent) throws Exception {
    String command =
        String.join(" ", server.awsCommand("ssm", "start-session", "--target", agent.instanceId()));
    Shell shell =
        with(server, proxy).with("POSTERN_STTY_BEFORE", temporary.resolve("stty").toString());
    try (Terminal terminal = new Terminal(shell, 100, 30, command)) {
      terminal.screen().expect("Starting session with SessionId");
      terminal.type("echo be''fore\r");
      terminal.screen().expect("before");
      int tunnels = proxy.targets.size();

      try (Socket silent = proxy.silentTunnel()) {
        silent.setSoTimeout((int) COMMON_IDLE_MAX.multipliedBy(2).toMillis());
        assertThat(silent.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(proxy.cuts()).isPositive();
      terminal.type("echo af''ter\r");
      terminal.screen().expect("after");

      // Besides the silent one: a connection that was lost would have been opened again.
      assertThat(proxy.targets).hasSize(tunnels + 1);
      terminal.type("exit\r");
      assertThat(terminal.exitCode()).isZero();
    }
  }

  @Test
  void proxyThatCutsEverythingQuicklyCostsTimeAndNothingElse() throws Exception {
    try (HttpProxy proxy = new HttpProxy(SHORT_IDLE_MAX);
        RunningServer server = server(proxy);
        RunningAgent agent = enrol(server, proxy)) {
      awaitConnected(server, proxy, agent);

      Finished finished =
          with(server, proxy)
              .run(
                  List.of(
                      Programs.postern(),
                      "exec",
                      agent.instanceId(),
                      "--",
                      "sh",
                      "-c",
                      "echo first; sleep 7; echo last; exit 5"));

      assertThat(finished.out()).as(finished.err()).isEqualTo("first\nlast\n");
      assertThat(finished.exitCode()).isEqualTo(5);
      assertThat(proxy.cuts()).isGreaterThan(2);
      awaitConnected(server, proxy, agent);
    }
  }

  @Test
  void wrongPasswordIsToldWithoutIt() throws Exception {
    try (HttpProxy proxy = new HttpProxy(COMMON_IDLE_MAX);
        RunningServer server = server(proxy)) {
      String wrong = proxy.url().replace("p%40ss", "secret-of-mine");

      Finished refused =
          RunningServer.base()
              .with("https_proxy", wrong)
              .run(
                  List.of(
                      Programs.postern(),
                      "agent",
                      "register",
                      "--endpoint",
                      server.url().toString(),
                      "--activation-id",
                      "11111111-2222-3333-4444-555555555555",
                      "--data",
                      temporary.resolve("other").toString()),
                  "code\n");

      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err())
          .contains("refused a connection to " + NAME + ":8443: HTTP status 407")
          .doesNotContain("secret-of-mine");
    }
  }
}
