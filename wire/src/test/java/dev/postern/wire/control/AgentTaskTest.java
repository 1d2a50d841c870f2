package dev.postern.wire.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.handshake.SessionType;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentTaskTest {
  private static final JsonObject NOTHING = new JsonObject(Map.of());

  /** The example of spec/agent-service.md 3.5. */
  private static final String CONTENT =
      "{\"DocumentName\":\"SSM-SessionManagerRunShell\",\"SessionId\":\"alice-0f3c9d2e7a5b41c86\","
          + "\"SessionOwner\":\"arn:aws:iam::111122223333:user/alice\",\"RunAsUser\":\"\","
          + "\"Parameters\":{},\"DocumentContent\":{\"schemaVersion\":\"1.0\","
          + "\"description\":\"Regional settings\",\"sessionType\":\"Standard_Stream\","
          + "\"inputs\":{\"s3BucketName\":\"\",\"s3EncryptionEnabled\":\"true\","
          + "\"cloudWatchEncryptionEnabled\":true,\"cloudWatchStreamingEnabled\":false,"
          + "\"runAsEnabled\":\"false\",\"idleSessionTimeout\":\"20\",\"maxSessionDuration\":\"60\","
          + "\"shellProfile\":{\"linux\":\"exec bash -l\",\"windows\":\"\"}},"
          + "\"parameters\":{},\"properties\":null}}";

  private static String task(String content) {
    return JsonObject.builder()
        .put("Content", content)
        .put("TaskId", "alice-0f3c9d2e7a5b41c86")
        .put("Topic", "interactive_shell")
        .put("SchemaVersion", 1)
        .toJson();
  }

  @Test
  void contentIsAStringThatHoldsJson() throws Exception {
    AgentTask task = AgentTask.parse(UTF_8.encode(task(CONTENT)));

    assertThat(task.content().sessionId()).isEqualTo("alice-0f3c9d2e7a5b41c86");
    assertThat(task.content().documentContent().sessionType())
        .isEqualTo(SessionType.STANDARD_STREAM);
    assertThat(task.content().documentContent().properties()).isNull();
    assertThat(task.toJson()).isEqualTo(task(CONTENT));
    assertThatThrownBy(() -> AgentTask.parse(UTF_8.encode("{\"Content\":{}}")))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> AgentTask.parse(UTF_8.encode("{}")))
        .isInstanceOf(MalformedMessageException.class);
  }

  /** Agent MUST B6. */
  @Test
  void flagsAreBooleansOrTheirNamesAndUnknownInputsAreIgnored() throws Exception {
    AgentTask task = AgentTask.parse(UTF_8.encode(task(CONTENT)));

    SessionInputs inputs = SessionInputs.parse(task.content().documentContent().inputs());

    assertThat(inputs.s3EncryptionEnabled()).isTrue();
    assertThat(inputs.cloudWatchEncryptionEnabled()).isTrue();
    assertThat(inputs.cloudWatchStreamingEnabled()).isFalse();
    assertThat(inputs.runAsEnabled()).isFalse();
    assertThat(inputs.shellProfile().linux()).isEqualTo("exec bash -l");
    assertThat(SessionInputs.parse(inputs.toJsonObject())).isEqualTo(inputs);
  }

  /** Service MUST A15: the official agent takes streaming as a boolean only. */
  @Test
  void flagsAreWrittenAsBooleans() throws Exception {
    SessionInputs inputs =
        SessionInputs.parse(
            Json.readObject("{\"cloudWatchStreamingEnabled\":\"true\",\"runAsEnabled\":true}"));

    assertThat(inputs.toJsonObject().toJson())
        .contains("\"cloudWatchStreamingEnabled\":true")
        .contains("\"runAsEnabled\":true")
        .contains("\"s3EncryptionEnabled\":false");
  }

  @Test
  void taskMadeByTheServiceIsReadByTheAgent() throws Exception {
    SessionContent content =
        new SessionContent(
            "AWS-StartInteractiveCommand",
            "alice-1",
            "arn:aws:iam::111122223333:user/alice",
            "bob",
            JsonObject.builder().put("command", "ls \"x\"").build(),
            new DocumentContent(
                "1.0", "d", SessionType.INTERACTIVE_COMMANDS, NOTHING, NOTHING, NOTHING));

    AgentTask task = AgentTask.of(content);

    assertThat(AgentTask.parse(task.toPayload())).isEqualTo(task);
    assertThat(task.taskId()).isEqualTo("alice-1");
  }

  @Test
  void commandPropertiesAreThoseOfThePlatform() throws Exception {
    JsonObject properties =
        Json.readObject(
            "{\"linux\":{\"commands\":\"id\",\"runAsElevated\":true,"
                + "\"separateOutputStream\":\"true\",\"stdOutSeparatorPrefix\":\"O:\"}}");

    assertThat(CommandProperties.parse(properties, "linux"))
        .isEqualTo(new CommandProperties("id", true, true, "O:", ""));
    assertThat(CommandProperties.parse(properties, "windows"))
        .isEqualTo(new CommandProperties("", false, false, "", ""));
  }
}
