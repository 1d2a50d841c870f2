package dev.postern.server.service.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.aws.Fault;
import dev.postern.server.store.DocumentRecord;
import dev.postern.wire.json.Json;
import dev.postern.wire.json.JsonObject;
import dev.postern.wire.message.MalformedMessageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** The text of a document as it was given, in one of the two formats that it can have. */
record DocumentText(Format format, String text) {
  /** AWS's quota; with a session's parameters, too. */
  static final int BYTES_MAX = 64 * 1024;

  /** Content of sessions lies four deep. */
  static final int DEPTH_MAX = 32;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
          .build();

  /** As AWS spells them. */
  enum Format {
    JSON,
    YAML
  }

  static DocumentText of(DocumentRecord record) {
    return new DocumentText(Format.valueOf(record.labels().format()), record.content());
  }

  /**
   * The object that the text is.
   *
   * @throws Fault {@code MaxDocumentSizeExceeded} or {@code InvalidDocumentContent}
   */
  JsonObject read() {
    requireSize(text);
    JsonObject content =
        switch (format) {
          case JSON -> readJson();
          case YAML -> YamlDocument.read(text);
        };
    // Nodes get it as JSON, in which YAML may grow.
    String json = Json.write(content);
    requireSize(json);
    return format == Format.JSON ? content : readAgain(json);
  }

  private static void requireSize(String text) {
    if (text.length() > BYTES_MAX || text.getBytes(UTF_8).length > BYTES_MAX) {
      throw new Fault("MaxDocumentSizeExceeded", 400, "The size limit of a document is 64 KB.");
    }
  }

  /** YAML's names and numbers may be longer than those that are read from JSON. */
  private static JsonObject readAgain(String json) {
    try {
      return Json.readObject(json);
    } catch (MalformedMessageException tooLong) {
      throw ContentFindings.refusal("a name or a number is too long");
    }
  }

  private JsonObject readJson() {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
      for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (parser.streamReadContext().inRoot() && !token.isStructEnd()) {
          throw notWellFormed("JSON", parser.currentTokenLocation());
        }
      }
      return Json.readObject(text);
    } catch (JacksonException malformed) {
      throw notWellFormed("JSON", malformed.getLocation());
    } catch (MalformedMessageException noObject) {
      throw notWellFormed("JSON", 1, 1);
    }
  }

  private static Fault notWellFormed(String format, @Nullable TokenStreamLocation place) {
    return place == null
        ? notWellFormed(format, 1, 1)
        : notWellFormed(format, Math.max(1, place.getLineNr()), place.getColumnNr());
  }

  /**
   * @param column from 1 on; AWS counts from 0
   */
  static Fault notWellFormed(String format, int line, int column) {
    return ContentFindings.refusal(
        format + " not well-formed. at Line: " + line + ", Column: " + Math.max(0, column - 1));
  }

  /** The text in a format; as it was given where it has that format. */
  String in(Format wanted) {
    if (wanted == format) {
      return text;
    }
    JsonObject content = read();
    return switch (wanted) {
      case JSON -> Json.write(content);
      case YAML ->
          new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setIndent(2).build())
              .dumpToString(plain(content));
    };
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case JsonObject object -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        object.members().forEach((name, member) -> members.put(name, plain(member)));
        yield members;
      }
      case List<?> list -> {
        List<@Nullable Object> elements = new ArrayList<>();
        list.forEach(element -> elements.add(plain(element)));
        yield elements;
      }
      case null, default -> value;
    };
  }
}
