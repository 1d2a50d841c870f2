package dev.postern.agent.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.agent.FakeService;
import dev.postern.agent.FakeSocket;
import dev.postern.agent.forward.DeniedAddresses;
import dev.postern.agent.registration.AgentDirectory;
import dev.postern.agent.registration.NodeCredentials;
import dev.postern.agent.registration.Registrar;
import dev.postern.agent.registration.Registration;
import dev.postern.agent.registration.ServerClock;
import dev.postern.agent.shell.Account;
import dev.postern.agent.shell.RunAs;
import dev.postern.transport.HttpsClient;
import dev.postern.transport.ProxySettings;
import dev.postern.transport.Trust;
import dev.postern.wire.control.AgentTask;
import dev.postern.wire.control.AgentTaskAcknowledge;
import dev.postern.wire.control.AgentTaskComplete;
import dev.postern.wire.control.ChannelClosed;
import dev.postern.wire.control.DocumentContent;
import dev.postern.wire.control.SessionContent;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.AgentMessage;
import dev.postern.wire.message.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A registered node with a running agent, and the service's side of its control channel. */
final class NodeFixture {
  /** Of an agent that was started with everything a session must not see. */
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "AWS_SECRET_ACCESS_KEY", "secret-1",
          "AWS_SHARED_CREDENTIALS_FILE", "secret-2",
          "SSL_CERT_FILE", "secret-3",
          "https_proxy", "secret-4",
          "NOTIFY_SOCKET", "secret-5");

  final FakeService service;
  final AgentDirectory directory;
  private final HttpsClient https;
  private final RunAs runAs;
  private Agent agent;
  private Thread running;
  FakeSocket control;

  /** A node whose sessions run as the test does, unless it is root and they are to be others'. */
  NodeFixture(Path data) throws Exception {
    this(data, new RunAs(Account.current(), name -> Optional.empty()));
  }

  NodeFixture(Path data, RunAs runAs) throws Exception {
    this.runAs = runAs;
    service = new FakeService();
    https = new HttpsClient(Trust.system(), ProxySettings.DIRECT);
    directory = AgentDirectory.open(data);
    Registration _ =
        new Registrar(directory, https)
            .register(
                service.endpoint(),
                null,
                "us-east-1",
                new Registrar.Activation("id", FakeService.CODE));
    startAgent();
    control = service.nextSocket("/v1/control-channel/").socket();
  }

  void startAgent() throws Exception {
    Registration registration = Registration.load(directory).orElseThrow();
    ServerClock clock = new ServerClock(InstantSource.system());
    Service calls =
        new Service(
            registration.instanceId(),
            Service.Route.over(https, registration.endpoint()),
            new NodeCredentials(directory, registration, https, clock),
            clock);
    Agent started =
        new Agent(calls, directory, runAs, DeniedAddresses.byDefault(), ENVIRONMENT, () -> {});
    agent = started;
    running =
        Thread.ofVirtual()
            .start(() -> {
              try {
                started.run();
              } catch (InterruptedException ended) {
                throw new IllegalStateException(ended);
              }
            });
  }

  void stopAgent() throws InterruptedException {
    agent.stop();
    running.join();
  }

  static String newSessionId() {
    return "alice-" + UUID.randomUUID().toString().replace("-", "").substring(0, 17);
  }

  /** Sends a task for a document; JSON of inputs and properties may be empty. */
  void startSession(String id, String type, String inputs, String properties) throws Exception {
    startSession(id, type, inputs, properties, new JsonObject(Map.of()));
  }

  void startSession(String id, String type, String inputs, String properties, JsonObject parameters)
      throws Exception {
    DocumentContent document =
        new DocumentContent(
            "1.0",
            "",
            type,
            Json.readObject(inputs.isEmpty() ? "{}" : inputs),
            new JsonObject(Map.of()),
            properties.isEmpty() ? null : Json.readObject(properties));
    startSession(new SessionContent("doc", id, "arn", "", parameters, document));
  }

  void startSession(SessionContent content) throws IOException {
    startSession(control, content);
  }

  /** Sends a task to any agent. */
  static void startSession(FakeSocket control, SessionContent content) throws IOException {
    sendControl(control, MessageType.INTERACTIVE_SHELL, AgentTask.of(content).toPayload());
  }

  void closeSession(String id) throws IOException {
    sendControl(
        MessageType.CHANNEL_CLOSED,
        ChannelClosed.of("m", Instant.now(), FakeService.NODE, id, "").toPayload());
  }

  void sendControl(String type, ByteBuffer payload) throws IOException {
    sendControl(control, type, payload);
  }

  private static void sendControl(FakeSocket control, String type, ByteBuffer payload)
      throws IOException {
    control.send(
        AgentMessage.onControlChannel(type, System.currentTimeMillis(), UUID.randomUUID(), payload)
            .encode());
  }

  /** The client's end of a session's data channel, which the agent opens. */
  ClientEnd client(String id) throws InterruptedException {
    return new ClientEnd(service, id);
  }

  AgentMessage nextControl() throws Exception {
    return nextControl(control);
  }

  private static AgentMessage nextControl(FakeSocket control) throws Exception {
    ByteBuffer bytes = control.receive();
    assertThat(bytes).isNotNull();
    return AgentMessage.decode(bytes);
  }

  /** The report of a session's end, which is acknowledged. */
  AgentTaskComplete nextComplete() throws Exception {
    return nextComplete(control);
  }

  /** The same of any agent. */
  static AgentTaskComplete nextComplete(FakeSocket control) throws Exception {
    AgentMessage message = nextControl(control);
    assertThat(message.messageType()).isEqualTo(MessageType.AGENT_TASK_COMPLETE);
    AgentTaskComplete complete = AgentTaskComplete.parse(message.payload());
    acknowledge(control, message, complete);
    return complete;
  }

  /** The report of one session's end, after those of others. */
  AgentTaskComplete completeOf(String id) throws Exception {
    AgentTaskComplete complete = nextComplete();
    while (!complete.taskId().equals(id)) {
      complete = nextComplete();
    }
    return complete;
  }

  void acknowledge(AgentMessage message, AgentTaskComplete complete) throws IOException {
    acknowledge(control, message, complete);
  }

  private static void acknowledge(
      FakeSocket control, AgentMessage message, AgentTaskComplete complete) throws IOException {
    sendControl(
        control,
        MessageType.AGENT_TASK_ACKNOWLEDGE,
        AgentTaskAcknowledge.of(message.messageId().toString(), complete.taskId()).toPayload());
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  void close() throws Exception {
    stopAgent();
    https.close();
    service.close();
  }
}
