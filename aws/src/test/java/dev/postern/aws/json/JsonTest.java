package dev.postern.aws.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static final String DOCUMENT =
      "{\"Target\":\"i-0abc\",\"Parameters\":{\"portNumber\":[\"5432\"]},\"Max\":50,\"Big\":"
          + "123456789012345678901,\"Time\":1763803200.123,\"Flag\":true,\"Text\":\"a\\\"\\n\\u00e9\"}";

  @Test
  void documentBecomesATreeInItsOrder() throws Exception {
    Map<String, Object> tree = Json.readObject(DOCUMENT);

    assertThat(tree).containsEntry("Target", "i-0abc").containsEntry("Max", 50L);
    assertThat(tree).containsEntry("Parameters", Map.of("portNumber", List.of("5432")));
    assertThat(tree).containsEntry("Time", new BigDecimal("1763803200.123"));
    assertThat(tree).containsEntry("Big", new BigDecimal("123456789012345678901"));
    assertThat(tree.keySet()).startsWith("Target", "Parameters").endsWith("Text");
  }

  @Test
  void treeIsWrittenAndReadBack() throws Exception {
    Map<String, Object> tree = Json.readObject(DOCUMENT);

    assertThat(Json.readObject(Json.write(tree))).isEqualTo(tree);
  }

  @Test
  void truncatedDocumentIsRefusedAtEveryLength() {
    byte[] whole = DOCUMENT.getBytes(StandardCharsets.UTF_8);

    for (int length = 1; length < whole.length; length++) {
      byte[] shorter = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Json.readObject(shorter)).isInstanceOf(MalformedJsonException.class);
    }
  }

  @Property
  void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
    readOrRefuse(bytes);
  }

  @Property
  void changedDocumentIsReadOrRefused(@ForAll int position, @ForAll byte change) {
    byte[] bytes = DOCUMENT.getBytes(StandardCharsets.UTF_8);
    bytes[Math.floorMod(position, bytes.length)] = change;

    readOrRefuse(bytes);
  }

  private static void readOrRefuse(byte[] bytes) {
    try {
      assertThat(Json.write(Json.read(bytes))).isNotEmpty();
    } catch (MalformedJsonException refused) {
      assertThat(refused).hasMessageNotContaining("i-0abc");
    }
  }

  @Test
  void emptyBodyCountsAsEmptyObject() throws Exception {
    assertThat(Json.readObject("")).isEmpty();
  }

  @Test
  void nullMemberCountsAsAbsent() throws Exception {
    assertThat(Json.readObject("{\"a\":null,\"b\":{\"c\":null}}")).isEqualTo(Map.of("b", Map.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "1",
        "{}{}",
        "{} x",
        "{\"a\":[null]}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":null,\"a\":2}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":1e999999999}",
        "{\"a\":1e99999999999}",
        "{\"a\":1e-500}",
        "{\"a\":\"\\ud800\"}",
        "{\"\\udc00\":1}",
        "{\"a\":\"\n\"}",
        "{\"a\":1,}",
        "// x\n{}",
        "\u0000",
      })
  void documentOutsideOfTheRulesIsRefused(String text) {
    assertThatThrownBy(() -> Json.readObject(text)).isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void deepDocumentIsRefused() {
    String deep = "{\"a\":" + "[".repeat(Json.DEPTH_MAX) + "]".repeat(Json.DEPTH_MAX) + "}";

    assertThatThrownBy(() -> Json.readObject(deep)).isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void longNumberIsRefused() {
    assertThatThrownBy(() -> Json.readObject("{\"a\":" + "9".repeat(401) + "}"))
        .isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void timesAndNumbersAreWrittenWithoutExponent() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("Time", Instant.ofEpochMilli(1_763_800_000_500L));
    tree.put("Round", Instant.ofEpochSecond(1_763_800_000));
    tree.put("Decimal", new BigDecimal("1E+7"));
    tree.put("Double", 1.7638E9);
    tree.put("Blob", new byte[] {1, 2, 3});

    assertThat(Json.writeString(tree))
        .isEqualTo(
            "{\"Time\":1763800000.5,\"Round\":1763800000,\"Decimal\":10000000,"
                + "\"Double\":1763800000,\"Blob\":\"AQID\"}");
  }

  @Test
  void absentMembersAreLeftOut() {
    Map<String, @Nullable Object> tree = new HashMap<>();
    tree.put("a", null);

    assertThat(Json.writeString(tree)).isEqualTo("{}");
  }

  @Test
  void typeThatIsNoJsonCannotBeWritten() {
    assertThatIllegalArgumentException().isThrownBy(() -> Json.write(new Object()));
    assertThatIllegalArgumentException().isThrownBy(() -> Json.write(Map.of(1, 2)));
  }
}
