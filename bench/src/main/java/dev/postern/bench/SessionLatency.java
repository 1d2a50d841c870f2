package dev.postern.bench;

import dev.postern.client.api.ApiAccess;
import dev.postern.client.api.ApiChoices;
import dev.postern.client.api.Ssm;
import dev.postern.client.session.SessionTicket;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long a person waits for a shell, and for a key, beside a shell at a local PTY. Sample and
 * baseline take turns, so that whatever else the machine does meets both.
 */
@Command(
    name = "latency",
    mixinStandardHelpOptions = true,
    description = {
      "Measures session starts and keystroke echoes of a server and a node, and of a local PTY.",
      "Without --endpoint it starts both on this machine and removes them afterwards."
    })
public final class SessionLatency implements Callable<Integer> {
  @Option(names = "--starts", paramLabel = "N", description = "Sessions to start. Default: 30.")
  private int starts = 30;

  @Option(names = "--keys", paramLabel = "N", description = "Keys to type. Default: 300.")
  private int keys = 300;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Sessions before the first that counts. Default: 5.")
  private int warmup = 5;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "A running server; credentials as for the AWS CLI.")
  private @Nullable URI endpoint;

  @Option(names = "--ca", paramLabel = "FILE", description = "CA certificates of that server.")
  private @Nullable Path authority;

  @Option(names = "--target", paramLabel = "ID", description = "A node of that server.")
  private @Nullable String target;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SessionLatency()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (starts < 1 || keys < 1 || warmup < 0) {
      throw usage("--starts and --keys are at least 1, --warmup at least 0");
    }
    URI given = endpoint;
    String node = target;
    if (given == null) {
      if (node != null || authority != null) {
        throw usage("--target and --ca need --endpoint");
      }
      try (Installation installation =
          new Installation(
              Installation.home(
                  spec.commandLine(), "start this by bench/run, or give an --endpoint"))) {
        ApiAccess access = installation.startServer();
        measure(access, installation.startNode(access), "a server and a node of its own, TLS on");
      }
    } else {
      if (node == null) {
        throw usage("--endpoint needs --target");
      }
      ApiChoices choices = new ApiChoices(given, null, null, authority);
      measure(ApiAccess.find(choices, System.getenv()), node, given.toString());
    }
    return 0;
  }

  private CommandLine.ParameterException usage(String problem) {
    return new CommandLine.ParameterException(spec.commandLine(), problem);
  }

  private void measure(ApiAccess access, String node, String where)
      throws IOException, InterruptedException {
    Ssm ssm = access.ssm();
    List<Durations> table = new ArrayList<>(measureStarts(access, ssm, node));
    table.addAll(measureKeys(access, ssm, node));
    System.out.printf(
        "%d cores, %s %s, %s %s; %s; %d sessions of warm-up%n%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.vm.name"),
        Runtime.version(),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        where,
        warmup);
    System.out.println(Durations.heading());
    table.forEach(durations -> System.out.println(durations.row()));
  }

  private List<Durations> measureStarts(ApiAccess access, Ssm ssm, String node)
      throws IOException, InterruptedException {
    Durations answered = new Durations("StartSession sent -> answered", starts);
    Durations prompt = new Durations("StartSession answered -> first byte of the prompt", starts);
    Durations login = new Durations("  baseline: login shell spawned -> first byte", starts);
    Durations local = new Durations("  baseline: sh spawned -> first byte", starts);
    for (int i = -warmup; i < starts; i++) {
      long sent = System.nanoTime();
      SessionTicket ticket = ssm.startSession(node, null, null, Map.of());
      long accepted = System.nanoTime();
      long shown;
      try (RemoteShell shell = RemoteShell.open(ticket, ssm, access)) {
        shown = shell.screen().awaitAny();
      }
      long loginShown = untilShown(LocalShell::login);
      long localShown = untilShown(LocalShell::start);
      if (i >= 0) {
        answered.add(accepted - sent);
        prompt.add(shown - accepted);
        login.add(loginShown);
        local.add(localShown);
      }
    }
    return List.of(answered, prompt, login, local);
  }

  /** Starts a shell. */
  private interface Spawn {
    LocalShell start() throws IOException;
  }

  private static long untilShown(Spawn spawn) throws IOException, InterruptedException {
    long spawned = System.nanoTime();
    try (LocalShell shell = spawn.start()) {
      return shell.screen().awaitAny() - spawned;
    }
  }

  private List<Durations> measureKeys(ApiAccess access, Ssm ssm, String node)
      throws IOException, InterruptedException {
    Durations far = new Durations("key sent -> its echo", keys);
    Durations near = new Durations("  baseline: the same, a login shell at a local PTY", keys);
    SessionTicket ticket = ssm.startSession(node, null, null, Map.of());
    try (RemoteShell remote = RemoteShell.open(ticket, ssm, access);
        LocalShell local = LocalShell.login()) {
      for (MeasuredShell shell : List.of(remote, local)) {
        long _ = shell.screen().awaitAny();
        shell.screen().settle();
      }
      for (int i = 0; i < keys; i++) {
        far.add(remote.echo(i));
        near.add(local.echo(i));
      }
    }
    return List.of(far, near);
  }
}
