package dev.postern.agent.control;

import dev.postern.agent.forward.DeniedAddresses;
import dev.postern.agent.registration.AgentDirectory;
import dev.postern.agent.shell.RunAs;
import dev.postern.transport.SteadyClock;
import dev.postern.wire.control.AgentTask;
import dev.postern.wire.control.AgentTaskAcknowledge;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MalformedMessageException;
import dev.postern.wire.message.MessageType;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A running agent: keeps the control channel open, does what comes down it, reports back. {@link
 * #run} is the main thread; {@link #stop} may be called by any other, once.
 */
public final class Agent implements ControlChannel.Listener {
  private static final Logger LOG = System.getLogger(Agent.class.getName());

  /** Hang-up, grace and kill of processes all fit in. */
  private static final Duration STOP_SESSIONS_MAX = Duration.ofSeconds(8);

  private static final Duration STOP_REPORTS_MAX = Duration.ofSeconds(2);

  private final Service service;
  private final ControlChannel control;
  private final Completions completions;
  private final Sessions sessions;
  private final Pings pings;
  private final Observer observer;

  /** Hears about the control channel, on its thread. */
  @FunctionalInterface
  public interface Observer {
    void onConnected();

    /** There is no connection, for this reason; it is dialled again. */
    default void onLost(String reason) {}
  }

  /**
   * An agent with everything it needs.
   *
   * @param denied where port sessions may not connect to
   * @param environment this process's, of which sessions get next to nothing
   */
  public Agent(
      Service service,
      AgentDirectory directory,
      RunAs runAs,
      DeniedAddresses denied,
      Map<String, String> environment,
      Observer observer)
      throws IOException {
    InstantSource clock = SteadyClock.start();
    RandomGenerator random = new SecureRandom();
    this.service = service;
    this.observer = observer;
    this.control = new ControlChannel(service::openControlChannel, this, clock, random);
    this.completions = new Completions(directory, control::send, clock, random);
    this.sessions =
        new Sessions(
            new AgentSession.Surroundings(
                service.instanceId(),
                new SessionDialer(service, control::doubt),
                runAs,
                denied,
                new SessionJournal(directory),
                environment,
                clock,
                random),
            completions::add);
    this.pings = new Pings(service.instanceId(), service::ssm, random);
  }

  /** Runs until {@link #stop}. */
  public void run() throws InterruptedException {
    Thread pinging = background("pings", pings::run);
    Thread reporting = background("completions", completions::run);
    Thread clearing = background("left-behind", sessions::endLeftBehind);
    try {
      control.run();
    } finally {
      pinging.interrupt();
      reporting.interrupt();
      pinging.join();
      reporting.join();
      clearing.join();
    }
  }

  private interface Task {
    void run() throws InterruptedException;
  }

  private static Thread background(String name, Task task) {
    return Thread.ofVirtual()
        .name(name)
        .start(() -> {
          try {
            task.run();
          } catch (InterruptedException ended) {
            LOG.log(Level.DEBUG, "{0} ended", name);
          }
        });
  }

  /** Ends all sessions, reports them if the service listens, and makes {@link #run} return. */
  public void stop() throws InterruptedException {
    sessions.stop("the agent was stopped", STOP_SESSIONS_MAX);
    if (control.isConnected() && !completions.awaitNone(STOP_REPORTS_MAX)) {
      LOG.log(Level.WARNING, "some ends of sessions will be reported at the next start");
    }
    completions.save();
    control.stop();
  }

  @Override
  public void onConnected() {
    LOG.log(Level.INFO, "connected as {0}", service.instanceId());
    observer.onConnected();
    completions.sendAllNow();
  }

  @Override
  public void onLost(String reason) {
    observer.onLost(reason);
  }

  @Override
  public boolean hasLiveSessions() {
    return !sessions.isEmpty();
  }

  @Override
  public void onMessage(AgentMessage message) throws MalformedMessageException {
    switch (message.messageType()) {
      case MessageType.INTERACTIVE_SHELL -> sessions.start(AgentTask.parse(message.payload()));
      case MessageType.CHANNEL_CLOSED ->
          sessions.close(ChannelClosed.parse(message.payload()).sessionId());
      case MessageType.AGENT_TASK_ACKNOWLEDGE ->
          completions.acknowledged(AgentTaskAcknowledge.parse(message.payload()).messageId());
      default -> LOG.log(Level.INFO, "message of type {0} dropped", message.messageType());
    }
  }
}
