package dev.postern.server.edge;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.access.Question.Proof;
import dev.postern.server.listener.WebSocketHandler;
import dev.postern.server.listener.WebSocketMessage;
import dev.postern.server.listener.WebSocketPeer;
import dev.postern.server.service.Call;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.Operation;
import dev.postern.server.service.Service;
import dev.postern.server.shape.SdkCodec;
import dev.postern.server.shape.TreeCodec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import software.amazon.awssdk.services.ssm.model.StartSessionRequest;
import software.amazon.awssdk.services.ssm.model.StartSessionResponse;

/** Operations as services have them, which count how often they ran. */
final class Probes {
  /** How often anything ran, which is all the state that there is. */
  final AtomicInteger runs = new AtomicInteger();

  /** A registration with the code "late" begins to wait for {@link #goOn}. */
  final CountDownLatch late = new CountDownLatch(1);

  final CompletableFuture<Map<String, Object>> goOn = new CompletableFuture<>();

  List<Service> services() {
    return List.of(
        Service.regional(
            "ssm",
            new Service.Protocol.AwsJson("AmazonSSM"),
            List.of(
                new StartSession(),
                tree("UpdateInstanceInformation", Proof.ACCESS_KEY, input -> Map.of()),
                tree("RequestManagedInstanceRoleToken", Proof.NODE_KEY, input -> input),
                tree("RegisterManagedInstance", Proof.NONE, this::register),
                tree("GetDocument", Proof.ACCESS_KEY, this::fail))),
        Service.regional(
            "ssmmessages",
            new Service.Protocol.Channels(),
            List.of(
                tree("CreateControlChannel", Proof.ACCESS_KEY, this::token),
                tree("CreateDataChannel", Proof.ACCESS_KEY, this::token))));
  }

  private Map<String, Object> register(Map<String, Object> input) {
    if ("late".equals(input.get("ActivationCode"))) {
      late.countDown();
      return goOn.join();
    }
    if (!"right".equals(input.get("ActivationCode"))) {
      throw new Fault("InvalidActivation", 400, "");
    }
    return Map.of("InstanceId", EdgeFixture.NODE);
  }

  private Map<String, Object> fail(Map<String, Object> input) {
    throw new IllegalStateException("a secret of the inside " + input);
  }

  private Map<String, Object> token(Map<String, Object> input) {
    return Map.of(
        "MessageSchemaVersion",
        "1.0",
        "TokenValue",
        "T<" + input.get("SessionId") + input.get("InstanceId"));
  }

  private Tree tree(
      String name, Proof proof, Function<Map<String, Object>, Map<String, Object>> work) {
    return new Tree(name, proof, work);
  }

  private final class Tree implements Operation<Map<String, Object>, Map<String, Object>> {
    private final String name;
    private final Proof proof;
    private final Function<Map<String, Object>, Map<String, Object>> work;

    Tree(String name, Proof proof, Function<Map<String, Object>, Map<String, Object>> work) {
      this.name = name;
      this.proof = proof;
      this.work = work;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Proof proof() {
      return proof;
    }

    @Override
    public Codec<Map<String, Object>, Map<String, Object>> codec() {
      return TreeCodec.of();
    }

    @Override
    public void validate(Map<String, Object> input) {}

    @Override
    public Question question(Map<String, Object> input, Caller caller) {
      boolean channel = name.endsWith("Channel");
      return new Question((channel ? "ssmmessages:" : "ssm:") + name, List.of("*"), proof);
    }

    @Override
    public Map<String, Object> run(Call call, Map<String, Object> input) {
      runs.incrementAndGet();
      return work.apply(input);
    }

    @Override
    public boolean readOnly() {
      return false;
    }

    @Override
    public Map<String, Object> auditParameters(Map<String, Object> input) {
      return Map.of();
    }

    @Override
    public Map<String, Object> auditElements(Map<String, Object> output) {
      Object id = output.get("InstanceId");
      return id == null ? Map.of() : Map.of("instanceId", id);
    }
  }

  private final class StartSession implements Operation<StartSessionRequest, StartSessionResponse> {
    @Override
    public String name() {
      return "StartSession";
    }

    @Override
    public Codec<StartSessionRequest, StartSessionResponse> codec() {
      return SdkCodec.of(StartSessionRequest.class, StartSessionRequest::builder);
    }

    @Override
    public void validate(StartSessionRequest input) {
      Constraints.of()
          .member("target", input.target())
          .required()
          .length(1, 400)
          .member("reason", input.reason())
          .length(1, 256)
          .verify();
    }

    @Override
    public Question question(StartSessionRequest input, Caller caller) {
      return Question.of(
          "ssm:StartSession", "arn:aws:ec2:us-east-1:123456789012:instance/" + input.target());
    }

    @Override
    public StartSessionResponse run(Call call, StartSessionRequest input) {
      runs.incrementAndGet();
      if (input.target().equals("i-gone")) {
        throw new Fault("TargetNotConnected", 400, "i-gone is not connected.");
      }
      return StartSessionResponse.builder()
          .sessionId(call.permit().caller().sessionName() + "-1")
          .tokenValue("top-secret-token")
          .streamUrl("wss://localhost/v1/data-channel/x")
          .build();
    }

    @Override
    public boolean readOnly() {
      return false;
    }

    @Override
    public Map<String, Object> auditParameters(StartSessionRequest input) {
      return Map.of("target", input.target());
    }

    @Override
    public Map<String, Object> auditElements(StartSessionResponse output) {
      return Map.of(
          "sessionId", output.sessionId(), "tokenValue", "Value hidden due to security reasons.");
    }
  }

  /** A channel that nobody uses. */
  static final class Channel implements WebSocketHandler {
    @Override
    public void onOpen(WebSocketPeer peer) {}

    @Override
    public void onText(String text) {}

    @Override
    public void onBinary(WebSocketMessage message) {
      message.release();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onBatchEnd() {}

    @Override
    public void onClose(Closing closing) {}
  }
}
