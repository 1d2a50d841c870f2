package dev.postern.wire.handshake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.control.PortProperties;
import dev.postern.wire.handshake.ClientAction.KmsEncryptionAction;
import dev.postern.wire.handshake.ClientAction.SessionTypeAction;
import dev.postern.wire.handshake.ClientAction.UnknownAction;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.GoldenVectors;
import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HandshakeTest {
  @Test
  void portRequestIsReadAndWrittenByteForByte() throws Exception {
    ByteBuffer payload = GoldenVectors.named("output-handshake-request").payload();

    HandshakeRequest request = HandshakeRequest.parse(payload);

    assertThat(request.toPayload()).isEqualTo(payload);
    SessionTypeAction action = (SessionTypeAction) request.requestedClientActions().getFirst();
    assertThat(action.sessionType()).isEqualTo(SessionType.PORT);
    assertThat(PortProperties.parse(Objects.requireNonNull(action.properties())))
        .isEqualTo(new PortProperties("22", "2222", "", "LocalPortForwarding", "", "", "", ""));
  }

  @Test
  void encryptedShellAsksForTwoActionsInOrder() throws Exception {
    HandshakeRequest request =
        new HandshakeRequest(
            "3.3.1142.0",
            List.of(
                new SessionTypeAction(SessionType.STANDARD_STREAM, null),
                new KmsEncryptionAction("alias/k", "xevXtsixahbELzt7EN6JBQ==")));

    assertThat(request.toJson())
        .isEqualTo(
            "{\"AgentVersion\":\"3.3.1142.0\",\"RequestedClientActions\":["
                + "{\"ActionType\":\"SessionType\",\"ActionParameters\":"
                + "{\"SessionType\":\"Standard_Stream\",\"Properties\":null}},"
                + "{\"ActionType\":\"KMSEncryption\",\"ActionParameters\":"
                + "{\"KMSKeyId\":\"alias/k\",\"Challenge\":\"xevXtsixahbELzt7EN6JBQ==\"}}]}");
    assertThat(HandshakeRequest.parse(request.toPayload())).isEqualTo(request);
  }

  /** MUST 25: an agent cannot ask for anything else. */
  @Test
  void unknownActionIsReadButNeverWritten() throws Exception {
    HandshakeRequest request =
        HandshakeRequest.parse(
            UTF_8.encode(
                "{\"AgentVersion\":\"9.0.0.0\",\"RequestedClientActions\":"
                    + "[{\"ActionType\":\"Dance\",\"ActionParameters\":[1]}]}"));

    assertThat(request.requestedClientActions()).containsExactly(new UnknownAction("Dance"));
    assertThatThrownBy(request::toJson).isInstanceOf(IllegalArgumentException.class);
  }

  /** MUST 38. */
  @Test
  void responseIsReadAndWrittenByteForByte() throws Exception {
    ByteBuffer payload = GoldenVectors.named("input-handshake-response").payload();

    HandshakeResponse response = HandshakeResponse.parse(payload);

    assertThat(response.toPayload()).isEqualTo(payload);
    assertThat(response.processedClientActions())
        .containsExactly(ProcessedAction.succeeded("SessionType"));
  }

  @Test
  void responseWithAKeyIsReadAndWritten() throws Exception {
    String text =
        "{\"ClientVersion\":\"1.2.677.0\",\"ProcessedClientActions\":[{\"ActionType\":"
            + "\"KMSEncryption\",\"ActionStatus\":1,\"ActionResult\":{\"KMSCipherTextKey\":"
            + "\"AQID\",\"KMSCipherTextHash\":null},\"Error\":\"\"}],\"Errors\":[\"e\"]}";

    HandshakeResponse response = HandshakeResponse.parse(UTF_8.encode(text));

    assertThat(response.toJson()).isEqualTo(text);
    ProcessedAction.KmsResult result =
        Objects.requireNonNull(response.processedClientActions().getFirst().kmsResult());
    assertThat(result.cipherTextKey()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    assertThat(result.challengeAcknowledgement()).isFalse();
  }

  /** MUST 47. */
  @Test
  void acknowledgedChallengeIsWritten() throws Exception {
    ProcessedAction action =
        new ProcessedAction(
            KmsEncryptionAction.TYPE,
            ProcessedAction.SUCCESS,
            new ProcessedAction.KmsResult(ByteBuffer.wrap(new byte[] {1}), null, true),
            "");
    HandshakeResponse response = new HandshakeResponse("1.2.677.0", List.of(action), List.of());

    assertThat(response.toJson()).contains("\"ChallengeAcknowledgement\":true");
    assertThat(HandshakeResponse.parse(response.toPayload())).isEqualTo(response);
  }

  @Test
  void mixedUpAnswerOfTheOfficialClientToAnUnknownActionIsRead() throws Exception {
    HandshakeResponse response =
        HandshakeResponse.parse(
            UTF_8.encode(
                "{\"ProcessedClientActions\":"
                    + "[{\"ActionType\":\"Dance\",\"ActionStatus\":0,\"ActionResult\":3}]}"));

    assertThat(response.processedClientActions().getFirst().actionStatus()).isZero();
  }

  @Test
  void completeIsReadAndWrittenByteForByte() throws Exception {
    ByteBuffer payload = GoldenVectors.named("output-handshake-complete").payload();

    HandshakeComplete complete = HandshakeComplete.parse(payload);

    assertThat(complete).isEqualTo(new HandshakeComplete(Duration.ofMillis(185), ""));
    assertThat(complete.toPayload()).isEqualTo(payload);
  }

  @Test
  void challengeIsReadAndWritten() throws Exception {
    EncryptionChallenge challenge = new EncryptionChallenge(ByteBuffer.wrap(new byte[92]));

    assertThat(EncryptionChallenge.parse(challenge.toPayload())).isEqualTo(challenge);
  }

  @Test
  void truncatedMessagesAreRefused() {
    ByteBuffer whole = GoldenVectors.named("output-handshake-request").payload();

    for (int length = 0; length < whole.limit(); length++) {
      ByteBuffer cut = whole.slice(0, length);
      assertThatThrownBy(() -> HandshakeRequest.parse(cut))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  /** MUST 24. */
  @Test
  void sessionTypesWithAHandshakeAreKnown() {
    assertThat(SessionType.hasHandshake(SessionType.STANDARD_STREAM, false)).isFalse();
    assertThat(SessionType.hasHandshake(SessionType.INTERACTIVE_COMMANDS, false)).isFalse();
    assertThat(SessionType.hasHandshake(SessionType.STANDARD_STREAM, true)).isTrue();
    assertThat(SessionType.hasHandshake(SessionType.NON_INTERACTIVE_COMMANDS, false)).isTrue();
    assertThat(SessionType.hasHandshake(SessionType.PORT, false)).isTrue();
  }

  @Test
  void extensionsTravelInAMemberOfTheirOwnAndOnlyWhenThereAreAny() throws Exception {
    HandshakeRequest offer =
        new HandshakeRequest("3.3.2000.0", List.of(), List.of(Extension.HALF_CLOSE));
    HandshakeResponse answer =
        new HandshakeResponse("1.2.700.0", List.of(), List.of(), List.of(Extension.HALF_CLOSE));

    assertThat(offer.toJson()).endsWith("\"PosternExtensions\":[\"half-close\"]}");
    assertThat(HandshakeRequest.parse(offer.toPayload())).isEqualTo(offer);
    assertThat(HandshakeResponse.parse(answer.toPayload())).isEqualTo(answer);
    assertThat(new HandshakeRequest("3.3.1142.0", List.of()).toJson()).doesNotContain("Postern");
  }

  @Test
  void valuesOfPortPropertiesAreStrings() {
    JsonObject properties = JsonObject.builder().put("portNumber", 22L).build();

    assertThatThrownBy(() -> PortProperties.parse(properties))
        .isInstanceOf(MalformedMessageException.class);
  }
}
