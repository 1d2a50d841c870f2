package dev.postern.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import org.junit.jupiter.api.Test;

class PlaceholdersTest {
  private static Placeholders values(String definitions, String given) throws Exception {
    return Placeholders.of(Json.readObject(definitions), Json.readObject(given));
  }

  @Test
  void valuesBeatDefaultsAndUnknownNamesStay() throws Exception {
    Placeholders values =
        values("{\"a\":{\"default\":\"x\"},\"b\":{\"default\":\"y\"}}", "{\"b\":[\"z\"],\"c\":7}");

    assertThat(values.fill("{{a}} {{ b }} {{  c  }} {{ d }} {a}")).isEqualTo("x z 7 {{ d }} {a}");
  }

  @Test
  void valueCannotBringInAnotherPlaceholder() throws Exception {
    Placeholders values = values("{\"b\":{\"default\":\"secret\"}}", "{\"a\":\"{{ b }} $1 \\\\\"}");

    assertThat(values.fill("<{{ a }}>")).isEqualTo("<{{ b }} $1 \\>");
  }

  @Test
  void allDepthsAreFilledAndOtherTypesKept() throws Exception {
    JsonObject filled =
        values("{}", "{\"a\":\"1\"}").fill(Json.readObject("{\"x\":{\"y\":\"{{a}}\"},\"z\":true}"));

    assertThat(filled.toJson()).isEqualTo("{\"x\":{\"y\":\"1\"},\"z\":true}");
  }

  @Test
  void storedParametersAreRefused() throws Exception {
    Placeholders values = values("{}", "{}");

    assertThatThrownBy(() -> values.fill("{{ ssm:name }}"))
        .isInstanceOf(SessionRefusedException.class)
        .hasMessageContaining("name");
  }

  @Test
  void parametersThatAreToBeVariablesAreRefused() {
    assertThatThrownBy(() -> values("{\"a\":{\"interpolationType\":\"ENV_VAR\"}}", "{}"))
        .isInstanceOf(SessionRefusedException.class);
  }
}
