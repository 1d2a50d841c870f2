package dev.postern.agent;

import dev.postern.agent.control.Agent;
import dev.postern.agent.control.Service;
import dev.postern.agent.registration.AgentDirectory;
import dev.postern.agent.registration.MachineIdentity;
import dev.postern.agent.registration.NodeCredentials;
import dev.postern.agent.registration.Registrar;
import dev.postern.agent.registration.Registration;
import dev.postern.agent.registration.ServerClock;
import dev.postern.agent.shell.Account;
import dev.postern.agent.shell.RunAs;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.ProxySettings;
import dev.postern.transport.Trust;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
    try (HttpsClient https = new HttpsClient(trust, proxies)) {
      ServerClock clock = new ServerClock(InstantSource.system());
      NodeCredentials credentials = new NodeCredentials(directory, registration, https, clock);
      Service service =
          new Service(
              registration.instanceId(),
              new Service.Route(registration.endpoint(), https, trust, proxies),
              credentials,
              clock);
      Agent agent =
          new Agent(
              service,
              directory,
              new RunAs(Account.current(), Account::named),
              System.getenv(),
              announcement(registration));
      Thread stopper = stopOnSignal(agent, Thread.currentThread());
      agent.run();
      if (!stopper.isAlive()) {
        Runtime.getRuntime().removeShutdownHook(stopper);
      }
    }
  }

  /** Printed once, for whoever waits for it. */
  private Runnable announcement(Registration registration) {
    AtomicBoolean announced = new AtomicBoolean();
    PrintWriter out = spec.commandLine().getOut();
    return () -> {
      if (announced.compareAndSet(false, true)) {
        out.println(
            "Agent " + registration.instanceId() + " is connected to " + registration.endpoint());
        out.flush();
      }
    };
  }

  /**
   * The JVM answers a signal with its shutdown hooks and an exit status of its own; a clean end is
   * a success.
   */
  private static Thread stopOnSignal(Agent agent, Thread main) {
    Thread stopper =
        Thread.ofPlatform()
            .name("stop")
            .unstarted(() -> {
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
