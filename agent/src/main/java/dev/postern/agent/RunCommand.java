package dev.postern.agent;

import dev.postern.agent.control.Agent;
import dev.postern.agent.control.Service;
import dev.postern.agent.forward.DeniedAddresses;
import dev.postern.agent.registration.AgentDirectory;
import dev.postern.agent.registration.MachineIdentity;
import dev.postern.agent.registration.NodeCredentials;
import dev.postern.agent.registration.Registrar;
import dev.postern.agent.registration.Registration;
import dev.postern.agent.registration.ServerClock;
import dev.postern.agent.shell.Account;
import dev.postern.agent.shell.RunAs;
import dev.postern.agent.systemd.NotifySocket;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.ProxySettings;
import dev.postern.transport.Trust;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the agent in the foreground until SIGTERM or SIGINT. */
@Command(
    name = "run",
    description = "Runs the agent in the foreground until SIGTERM or SIGINT.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--data", paramLabel = "DIR", description = "Where the agent keeps its state.")
  private @Nullable Path data;

  @Option(
      names = "--denied-addresses",
      paramLabel = "LIST",
      description = {
        "Addresses that no port session may connect to, separated by commas, or none. Default: those"
            + " at which clouds hand out a machine's own credentials and settings."
      })
  private @Nullable String denied;

  @SuppressWarnings("NullAway.Init") // set by picocli before call
  RunCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    AgentDirectory directory = DataDirectory.open(data);
    try (FileLock lock = directory.lock()) {
      assert lock.isValid();
      Registration registration =
          Registration.load(directory)
              .orElseThrow(() ->
                  new IOException("this machine is not registered; run: postern agent register"));
      run(directory, MachineIdentity.check(directory, registration, MachineIdentity.machineId()));
    }
    return 0;
  }

  private void run(AgentDirectory directory, Registration registration)
      throws IOException, InterruptedException {
    Trust trust = Trust.withBundle(Registrar.caBundle(directory));
    ProxySettings proxies = ProxySettings.fromEnvironment(System.getenv());
    long pid = ProcessHandle.current().pid();
    try (HttpsClient https = new HttpsClient(trust, proxies);
        NotifySocket supervisor = NotifySocket.of(System.getenv(), pid)) {
      ServerClock clock = new ServerClock(InstantSource.system());
      NodeCredentials credentials = new NodeCredentials(directory, registration, https, clock);
      Service service =
          new Service(
              registration.instanceId(),
              Service.Route.over(https, registration.endpoint()),
              credentials,
              clock);
      Agent agent =
          new Agent(
              service,
              directory,
              new RunAs(Account.current(), Account::named),
              deniedAddresses(),
              System.getenv(),
              new Announcer(registration, supervisor, spec.commandLine().getOut()));
      Thread stopper = stopOnSignal(agent, supervisor, Thread.currentThread());
      supervisor.ready("Connecting to " + registration.endpoint());
      agent.run();
      if (!stopper.isAlive()) {
        Runtime.getRuntime().removeShutdownHook(stopper);
      }
    }
  }

  private DeniedAddresses deniedAddresses() {
    if (denied == null) {
      return DeniedAddresses.byDefault();
    }
    try {
      return DeniedAddresses.parse(denied);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(
          spec.commandLine(), "--denied-addresses: " + wrong.getMessage(), wrong);
    }
  }

  /** Tells whoever waits for the first connection, and the service manager about each. */
  private static final class Announcer implements Agent.Observer {
    private final Registration registration;
    private final NotifySocket supervisor;
    private final PrintWriter out;
    private boolean announced;

    Announcer(Registration registration, NotifySocket supervisor, PrintWriter out) {
      this.registration = registration;
      this.supervisor = supervisor;
      this.out = out;
    }

    @Override
    public void onConnected() {
      String connected = registration.instanceId() + " is connected to " + registration.endpoint();
      supervisor.status(connected);
      if (!announced) {
        announced = true;
        out.println("Agent " + connected);
        out.flush();
      }
    }

    @Override
    public void onLost(String reason) {
      supervisor.status("Not connected to " + registration.endpoint() + ": " + reason);
    }
  }

  /**
   * The JVM answers a signal with its shutdown hooks and an exit status of its own; a clean end is
   * a success.
   */
  private static Thread stopOnSignal(Agent agent, NotifySocket supervisor, Thread main) {
    Thread stopper =
        Thread.ofPlatform()
            .name("stop")
            .unstarted(() -> {
              supervisor.stopping();
              try {
                agent.stop();
                main.join(java.time.Duration.ofSeconds(2));
              } catch (InterruptedException inHurry) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(0);
            });
    Runtime.getRuntime().addShutdownHook(stopper);
    return stopper;
  }
}
