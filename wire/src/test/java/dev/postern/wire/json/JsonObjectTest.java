package dev.postern.wire.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.wire.message.MalformedMessageException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class JsonObjectTest {
  private static JsonObject read(String text) throws MalformedMessageException {
    return Json.readObject(text);
  }

  @Test
  void namesMatchWithoutRegardToCase() throws Exception {
    assertThat(read("{\"tokenvalue\":\"t\"}").string("TokenValue")).isEqualTo("t");
    assertThat(read("{\"ROWS\":3}").integer("rows")).isEqualTo(3);
  }

  @Test
  void lastOfSeveralMembersOfANameCountsUnlessNull() throws Exception {
    assertThat(read("{\"a\":1,\"A\":2}").integer("a")).isEqualTo(2);
    assertThat(read("{\"A\":1,\"a\":2,\"A\":3}").integer("a")).isEqualTo(3);
    assertThat(read("{\"a\":1,\"A\":null}").integer("a")).isEqualTo(1);
  }

  @Test
  void missingAndNullMembersAreZeros() throws Exception {
    for (JsonObject object :
        new JsonObject[] {
          read("{}"), read("{\"a\":null}"),
        }) {
      assertThat(object.string("a")).isEmpty();
      assertThat(object.integer("a")).isZero();
      assertThat(object.bool("a")).isFalse();
      assertThat(object.boolOrString("a")).isFalse();
      assertThat(object.object("a")).isNull();
      assertThat(object.objectOrEmpty("a").members()).isEmpty();
      assertThat(object.objects("a")).isEmpty();
      assertThat(object.strings("a")).isEmpty();
      assertThat(object.bytes("a")).isNull();
    }
  }

  @Test
  void membersOfTheWrongTypeAreRefused() throws Exception {
    JsonObject object = read("{\"s\":\"x\",\"i\":1,\"d\":1.0,\"l\":[1]}");

    assertThatThrownBy(() -> object.string("i")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.integer("s")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.integer("d")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.bool("s")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.boolOrString("s"))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.object("l")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.objects("l")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.strings("l")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.strings("s")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.bytes("i")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> object.integer("i", 2, 3))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void flagIsABooleanOrItsName() throws Exception {
    assertThat(read("{\"a\":true}").boolOrString("a")).isTrue();
    assertThat(read("{\"a\":\"true\"}").boolOrString("a")).isTrue();
    assertThat(read("{\"a\":\"False\"}").boolOrString("a")).isFalse();
    assertThat(read("{\"a\":\"\"}").boolOrString("a")).isFalse();
  }

  @Test
  void bytesArePaddedBase64() throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {-1, 0, 62, 63});

    String text = JsonObject.builder().putBytes("a", bytes).putBytes("b", null).toJson();

    assertThat(text).isEqualTo("{\"a\":\"/wA+Pw==\",\"b\":null}");
    assertThat(read(text).bytes("a")).isEqualTo(bytes);
    assertThatThrownBy(() -> read("{\"a\":\"?\"}").bytes("a"))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void valuesAreNotInTheText() throws Exception {
    assertThat(read("{\"TokenValue\":\"s3cr3t\"}").toString()).isEqualTo("JsonObject[TokenValue]");
  }
}
