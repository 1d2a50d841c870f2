package dev.postern.agent.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.agent.FakeService;
import dev.postern.agent.FakeSocket;
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
  final FakeService service;
  final AgentDirectory directory;
  private final HttpsClient https;
  private Agent agent;
  private Thread running;
  FakeSocket control;

  NodeFixture(Path data) throws Exception {
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
            new Service.Route(registration.endpoint(), https, Trust.system(), ProxySettings.DIRECT),
            new NodeCredentials(directory, registration, https, clock),
            clock);
    RunAs runAs = new RunAs(Account.current(), name -> Optional.empty());
    Agent started = new Agent(calls, directory, runAs, Map.of("AWS_SECRET", "s"), () -> {});
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
    SessionContent content = new SessionContent("doc", id, "arn", "", parameters, document);
    sendControl(MessageType.INTERACTIVE_SHELL, AgentTask.of(content).toPayload());
  }

  void closeSession(String id) throws IOException {
    sendControl(
        MessageType.CHANNEL_CLOSED,
        ChannelClosed.of("m", Instant.now(), FakeService.NODE, id, "").toPayload());
  }

  void sendControl(String type, ByteBuffer payload) throws IOException {
    control.send(
        AgentMessage.onControlChannel(type, System.currentTimeMillis(), UUID.randomUUID(), payload)
            .encode());
  }

  /** The client's end of a session's data channel, which the agent opens. */
  ClientEnd client(String id) throws InterruptedException {
    return new ClientEnd(service, id);
  }

  AgentMessage nextControl() throws Exception {
    ByteBuffer bytes = control.receive();
    assertThat(bytes).isNotNull();
    return AgentMessage.decode(bytes);
  }

  /** The report of a session's end, which is acknowledged. */
  AgentTaskComplete nextComplete() throws Exception {
    AgentMessage message = nextControl();
    assertThat(message.messageType()).isEqualTo(MessageType.AGENT_TASK_COMPLETE);
    AgentTaskComplete complete = AgentTaskComplete.parse(message.payload());
    acknowledge(message, complete);
    return complete;
  }

  void acknowledge(AgentMessage message, AgentTaskComplete complete) throws IOException {
    sendControl(
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
