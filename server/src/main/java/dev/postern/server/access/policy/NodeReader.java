package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Reads the JSON of one policy, keeping places, refusing names that come twice. For one thread. */
final class NodeReader {
  /** A condition's value lies seven deep; more nesting is no policy. */
  static final int NESTING_MAX = 16;

  private static final int NAME_CHARACTERS_MAX = 1024;
  private static final int NUMBER_CHARACTERS_MAX = 64;
  private static final String INVALID = "This policy contains invalid Json";

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(NESTING_MAX)
                  .maxDocumentLength(PolicyDocument.TEXT_CHARACTERS_MAX)
                  .maxStringLength(PolicyDocument.TEXT_CHARACTERS_MAX)
                  .maxNameLength(NAME_CHARACTERS_MAX)
                  .maxNumberLength(NUMBER_CHARACTERS_MAX)
                  .build())
          .build();

  private final JsonParser parser;

  private NodeReader(JsonParser parser) {
    this.parser = parser;
  }

  /** The object that the text is. */
  static Node.Members read(String text) throws MalformedPolicyException {
    if (text.length() > PolicyDocument.TEXT_CHARACTERS_MAX) {
      throw new MalformedPolicyException("Policy document is too long", Position.BEGINNING);
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      var reader = new NodeReader(parser);
      Node root = reader.value(parser.nextToken());
      if (parser.nextToken() != null) {
        throw new MalformedPolicyException(INVALID, reader.tokenStart());
      }
      if (root instanceof Node.Members members) {
        return members;
      }
      throw new MalformedPolicyException(INVALID, root.start());
    } catch (JacksonException malformed) {
      throw new MalformedPolicyException(INVALID, position(malformed.getLocation()));
    }
  }

  private static Position position(@Nullable TokenStreamLocation location) {
    return location == null
        ? Position.BEGINNING
        : new Position(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }

  private Position tokenStart() {
    return position(parser.currentTokenLocation());
  }

  private Node value(@Nullable JsonToken token) throws MalformedPolicyException {
    return switch (token) {
      case START_OBJECT -> members();
      case START_ARRAY -> elements();
      case VALUE_STRING -> new Node.Scalar(tokenStart(), true, wellFormed(parser.getString()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
          new Node.Scalar(tokenStart(), false, parser.getString());
      case VALUE_NULL ->
          throw MalformedPolicyException.syntax("A value must not be null", tokenStart());
      case null, default -> throw new MalformedPolicyException(INVALID, tokenStart());
    };
  }

  private Node.Members members() throws MalformedPolicyException {
    Position start = tokenStart();
    int from = (int) parser.currentTokenLocation().getCharOffset();
    Map<String, Node.Member> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      Position nameStart = tokenStart();
      String name = wellFormed(parser.currentName());
      if (members.containsKey(name)) {
        throw new MalformedPolicyException(
            INVALID + ": duplicate key " + MalformedPolicyException.quoted(name), nameStart);
      }
      members.put(name, new Node.Member(nameStart, value(parser.nextToken())));
    }
    requireToken(JsonToken.END_OBJECT);
    TokenStreamLocation end = parser.currentLocation();
    return new Node.Members(
        start, position(end), new Node.Span(from, (int) end.getCharOffset()), members);
  }

  private Node.Elements elements() throws MalformedPolicyException {
    Position start = tokenStart();
    List<Node> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(parser.currentToken()));
    }
    return new Node.Elements(start, elements);
  }

  private void requireToken(JsonToken token) throws MalformedPolicyException {
    if (parser.currentToken() != token) {
      throw new MalformedPolicyException(INVALID, tokenStart());
    }
  }

  /** Half a surrogate pair could not be stored or sent on. */
  private String wellFormed(String text) throws MalformedPolicyException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new MalformedPolicyException(INVALID, tokenStart());
      }
    }
    return text;
  }
}
