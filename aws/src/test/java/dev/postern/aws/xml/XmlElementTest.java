package dev.postern.aws.xml;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlElementTest {
  private static final String ANSWER =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a --><m:CreateDataChannelResponse"
          + " xmlns:m='urn:x'>\n <MessageSchemaVersion>1.0</MessageSchemaVersion><TokenValue>"
          + "A&amp;B&lt;&#x43;&#68;<![CDATA[<&]]></TokenValue><Empty/></m:CreateDataChannelResponse>\n";

  @Test
  void tokenIsFoundWhateverTheNamespace() throws Exception {
    XmlElement answer = parse(ANSWER);

    assertThat(answer.name()).isEqualTo("CreateDataChannelResponse");
    assertThat(answer.childText("TokenValue")).isEqualTo("A&B<CD<&");
    assertThat(answer.childText("Empty")).isEmpty();
    assertThat(answer.childText("Other")).isNull();
  }

  @Test
  void truncatedDocumentIsRefusedAtEveryLength() {
    String whole = ANSWER.strip();

    for (int length = 0; length < whole.length(); length++) {
      String shorter = whole.substring(0, length);
      assertThatExceptionOfType(MalformedXmlException.class).isThrownBy(() -> parse(shorter));
    }
  }

  @Property
  void anyBytesAreReadOrRefused(@ForAll byte[] bytes, @ForAll int position) {
    byte[] changed = ANSWER.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < Math.min(bytes.length, 3); i++) {
      changed[Math.floorMod(position + i, changed.length)] = bytes[i];
    }
    for (byte[] document : new byte[][] {bytes, changed}) {
      try {
        assertThat(XmlElement.parse(document).name()).isNotEmpty();
      } catch (MalformedXmlException refused) {
        assertThat(refused).hasMessageNotContaining("A&B");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
        "<a>&b;</a>",
        "<a>&#0;</a>",
        "<a>&#xd800;</a>",
        "<a>&#99999999999;</a>",
        "<a>&amp</a>",
        "<a><?php ?></a>",
        "<a></b>",
        "<a b></a>",
        "<a b=c></a>",
        "<a b='<>",
        "<a/><b/>",
        "<1/>",
        "text",
      })
  void otherDocumentsAreRefused(String text) {
    assertThatExceptionOfType(MalformedXmlException.class).isThrownBy(() -> parse(text));
  }

  @Test
  void deepDocumentIsRefused() {
    String deep = "<a>".repeat(10_000) + "</a>".repeat(10_000);

    assertThatExceptionOfType(MalformedXmlException.class).isThrownBy(() -> parse(deep));
  }

  @Property
  void writtenTextIsReadBack(@ForAll String text) throws Exception {
    byte[] document = new XmlWriter().open("a", "urn:x").element("b", text).close().toBytes();

    StringBuilder expected = new StringBuilder();
    text.codePoints().forEach(c -> expected.appendCodePoint(XmlParser.isAllowed(c) ? c : 0xfffd));
    assertThat(requireNonNull(XmlElement.parse(document).childText("b")))
        .isEqualTo(expected.toString());
  }

  @Test
  void writerKeepsElementsBalanced() {
    assertThatIllegalStateException().isThrownBy(() -> new XmlWriter().open("a").toBytes());
    assertThatIllegalStateException().isThrownBy(() -> new XmlWriter().close());
    assertThatIllegalArgumentException().isThrownBy(() -> new XmlWriter().element("a b", ""));
  }

  private static XmlElement parse(String text) throws MalformedXmlException {
    return XmlElement.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
