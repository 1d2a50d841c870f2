package dev.postern.server.service.ssm;

import dev.postern.aws.Fault;
import dev.postern.wire.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads a caller's YAML as far as it says what JSON could say. */
final class YamlDocument {
  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setCodePointLimit(DocumentText.BYTES_MAX).build();

  private YamlDocument() {}

  /**
   * The object that the text is.
   *
   * @throws Fault {@code InvalidDocumentContent}
   */
  static JsonObject read(String text) {
    try {
      requireFlat(text);
      Object root = new Load(SETTINGS).loadFromString(text);
      if (json(root) instanceof JsonObject object) {
        return object;
      }
      throw DocumentText.notWellFormed("YAML", 1, 1);
    } catch (MarkedYamlEngineException malformed) {
      throw refused(malformed.getProblemMark());
    } catch (YamlEngineException | IllegalArgumentException malformed) {
      // The second is what the library throws for some tags and escapes, without a place.
      throw DocumentText.notWellFormed("YAML", 1, 1);
    }
  }

  private static Fault refused(Optional<Mark> place) {
    return DocumentText.notWellFormed(
        "YAML", place.map(Mark::getLine).orElse(0) + 1, place.map(Mark::getColumn).orElse(0) + 1);
  }

  /**
   * Looks at the text before it becomes objects: nesting costs stack, and aliases of aliases can
   * make a short text a huge tree.
   */
  private static void requireFlat(String text) {
    int depth = 0;
    for (Event event : new Parse(SETTINGS).parseString(text)) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        case Alias ->
            throw ContentFindings.refusal(
                "YAML aliases are not supported. at Line: "
                    + (event.getStartMark().map(Mark::getLine).orElse(0) + 1));
        default -> {}
      }
      if (depth > DocumentText.DEPTH_MAX) {
        throw refused(event.getStartMark());
      }
    }
  }

  private static @Nullable Object json(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        map.forEach((name, member) -> {
          if (!(name instanceof String text)) {
            throw ContentFindings.refusal("names must be strings, unlike " + shown(name));
          }
          members.put(text, json(member));
        });
        yield new JsonObject(members);
      }
      case List<?> list -> {
        List<@Nullable Object> elements = new ArrayList<>();
        list.forEach(element -> elements.add(json(element)));
        yield elements;
      }
      case Integer number -> number.longValue();
      case BigInteger number -> new BigDecimal(number);
      case Double number when Double.isFinite(number) -> BigDecimal.valueOf(number);
      case String _, Boolean _, Long _ -> value;
      case null -> null;
      default -> throw ContentFindings.refusal(shown(value) + " has no form in JSON");
    };
  }

  private static String shown(@Nullable Object value) {
    return ContentFindings.quoted(String.valueOf(value));
  }
}
