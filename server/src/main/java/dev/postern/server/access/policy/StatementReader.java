package dev.postern.server.access.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the JSON of a policy into statements, refusing what IAM refuses at write time
 * (spec/aws-api.md 3.1). For one thread.
 */
final class StatementReader {
  private static final String NEW_VERSION = "2012-10-17";
  private static final String OLD_VERSION = "2008-10-17";
  private static final String STS_PREFIX = "sts:";

  private static final Set<String> DOCUMENT_FIELDS = Set.of("Version", "Id", "Statement");
  private static final Set<String> STATEMENT_FIELDS =
      Set.of(
          "Sid",
          "Effect",
          "Principal",
          "NotPrincipal",
          "Action",
          "NotAction",
          "Resource",
          "NotResource",
          "Condition");

  private final String text;
  private final PolicyDocument.Kind kind;
  private final PrincipalReader principals;
  private final Set<String> sids = new HashSet<>();
  private boolean variables;

  StatementReader(String text, PolicyDocument.Kind kind, Map<String, String> uniqueIds) {
    this.text = text;
    this.kind = kind;
    this.principals = new PrincipalReader(uniqueIds);
  }

  /** The users and roles that the statements name, after they were read. */
  Set<String> principalArns() {
    return principals.arns();
  }

  List<Statement> read(Node.Members root) throws MalformedPolicyException {
    requireKnownFields(root, DOCUMENT_FIELDS);
    Node.Member version = root.members().get("Version");
    if (version != null) {
      variables = hasVariables(string(version.value()), version.value().start());
    }
    Node.Member id = root.members().get("Id");
    if (id != null) {
      string(id.value());
    }
    Node.Member statement = root.members().get("Statement");
    if (statement == null) {
      throw MalformedPolicyException.syntax("Missing required field Statement", root.start());
    }
    List<Statement> statements = new ArrayList<>();
    for (Node node : listed(statement.value())) {
      statements.add(statement(members(node, "A statement must be an object")));
    }
    if (statements.isEmpty()) {
      throw MalformedPolicyException.syntax(
          "Policy document must contain at least one statement", statement.value().start());
    }
    return statements;
  }

  private static boolean hasVariables(String version, Position position)
      throws MalformedPolicyException {
    return switch (version) {
      case NEW_VERSION -> true;
      case OLD_VERSION -> false;
      default ->
          throw MalformedPolicyException.syntax(
              "Version must be " + NEW_VERSION + " or " + OLD_VERSION, position);
    };
  }

  private Statement statement(Node.Members node) throws MalformedPolicyException {
    requireKnownFields(node, STATEMENT_FIELDS);
    requireFieldsOfKind(node);
    String sid = sid(node);
    Effect effect = effect(node);
    var elements =
        new Statement.Elements(
            actions(node), resources(node), principals(node, effect), conditions(node));
    return new Statement(
        sid, effect, new Statement.Place(node.start(), node.end(), shown(node)), elements);
  }

  private static void requireKnownFields(Node.Members node, Set<String> known)
      throws MalformedPolicyException {
    for (Map.Entry<String, Node.Member> member : node.members().entrySet()) {
      if (!known.contains(member.getKey())) {
        throw MalformedPolicyException.syntax(
            "Unknown field " + MalformedPolicyException.quoted(member.getKey()),
            member.getValue().start());
      }
    }
  }

  private void requireFieldsOfKind(Node.Members node) throws MalformedPolicyException {
    switch (kind) {
      case IDENTITY -> {
        for (String field : List.of("Principal", "NotPrincipal")) {
          Node.Member member = node.members().get(field);
          if (member != null) {
            throw new MalformedPolicyException(
                "Policy document should not specify a principal.", member.start());
          }
        }
      }
      case TRUST -> {
        for (String field : List.of("Resource", "NotResource", "NotPrincipal")) {
          Node.Member member = node.members().get(field);
          if (member != null) {
            throw new MalformedPolicyException("Has prohibited field " + field, member.start());
          }
        }
      }
      case RESOURCE -> {
        // has every element
      }
    }
  }

  private @Nullable String sid(Node.Members node) throws MalformedPolicyException {
    Node.Member member = node.members().get("Sid");
    if (member == null) {
      return null;
    }
    String sid = string(member.value());
    if (!sid.chars().allMatch(StatementReader::isAlphanumeric)) {
      throw new MalformedPolicyException(
          "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular"
              + " expression [0-9A-Za-z]*",
          member.value().start());
    }
    if (!sid.isEmpty() && !sids.add(sid)) {
      throw new MalformedPolicyException(
          "Statement IDs (SID) in a single policy must be unique.", member.value().start());
    }
    return sid;
  }

  private static boolean isAlphanumeric(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static Effect effect(Node.Members node) throws MalformedPolicyException {
    Node.Member member = node.members().get("Effect");
    if (member == null) {
      throw new MalformedPolicyException("Missing required field Effect", node.start());
    }
    String effect = string(member.value());
    return switch (effect) {
      case "Allow" -> Effect.ALLOW;
      case "Deny" -> Effect.DENY;
      default ->
          throw new MalformedPolicyException(
              "Invalid effect: " + MalformedPolicyException.quoted(effect), member.value().start());
    };
  }

  /** One of two elements that exclude each other, with the places of both names. */
  private record Choice(boolean negated, Node.Member member) {}

  private static @Nullable Choice choice(Node.Members node, String field)
      throws MalformedPolicyException {
    Node.Member plain = node.members().get(field);
    Node.Member negated = node.members().get("Not" + field);
    if (plain != null && negated != null) {
      throw MalformedPolicyException.syntax(
          "A statement must not have both " + field + " and Not" + field, negated.start());
    }
    if (plain != null) {
      return new Choice(false, plain);
    }
    return negated == null ? null : new Choice(true, negated);
  }

  private ActionElement actions(Node.Members node) throws MalformedPolicyException {
    Choice choice = choice(node, "Action");
    List<Node.Scalar> listed = choice == null ? List.of() : strings(choice.member().value());
    if (choice == null || listed.isEmpty()) {
      throw new MalformedPolicyException(
          "Policy statement must contain actions.",
          choice == null ? node.start() : choice.member().start());
    }
    List<ActionPattern> patterns = new ArrayList<>();
    for (Node.Scalar action : listed) {
      if (kind == PolicyDocument.Kind.TRUST
          && !action.text().regionMatches(true, 0, STS_PREFIX, 0, STS_PREFIX.length())) {
        throw new MalformedPolicyException(
            "AssumeRole policy may only specify STS AssumeRole actions.", action.start());
      }
      patterns.add(ActionPattern.compile(action.text(), action.start()));
    }
    return new ActionElement(choice.negated(), patterns);
  }

  private ResourceElement resources(Node.Members node) throws MalformedPolicyException {
    if (kind == PolicyDocument.Kind.TRUST) {
      return ResourceElement.ANY;
    }
    Choice choice = choice(node, "Resource");
    List<Node.Scalar> listed = choice == null ? List.of() : strings(choice.member().value());
    if (choice == null || listed.isEmpty()) {
      throw new MalformedPolicyException(
          "Policy statement must contain resources.",
          choice == null ? node.start() : choice.member().start());
    }
    List<ArnPattern> patterns = new ArrayList<>();
    for (Node.Scalar resource : listed) {
      ArnPattern pattern = ArnPattern.compile(resource.text(), variables, resource.start());
      if (!pattern.matchesAll() && !pattern.hasArnForm()) {
        throw new MalformedPolicyException(
            "Resource "
                + MalformedPolicyException.quoted(resource.text())
                + " must be in ARN format or \"*\".",
            resource.start());
      }
      patterns.add(pattern);
    }
    return new ResourceElement(choice.negated(), patterns);
  }

  private @Nullable PrincipalElement principals(Node.Members node, Effect effect)
      throws MalformedPolicyException {
    if (kind == PolicyDocument.Kind.IDENTITY) {
      return null;
    }
    Choice choice = choice(node, "Principal");
    if (choice == null) {
      throw new MalformedPolicyException("Missing required field Principal", node.start());
    }
    if (choice.negated() && effect == Effect.ALLOW) {
      throw MalformedPolicyException.syntax(
          "NotPrincipal must be used with Effect Deny", choice.member().start());
    }
    return principals.read(choice.negated(), choice.member().value());
  }

  private List<Condition> conditions(Node.Members node) throws MalformedPolicyException {
    Node.Member member = node.members().get("Condition");
    return member == null
        ? List.of()
        : ConditionReader.read(members(member.value(), "Condition must be an object"), variables);
  }

  /** The statement's own text on one line: white space of JSON becomes a space. */
  private String shown(Node.Members node) {
    String json = text.substring(node.span().from(), node.span().to());
    var shown = new StringBuilder();
    boolean spaced = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (Character.isWhitespace(c)) {
        spaced = true;
        continue;
      }
      if (spaced) {
        shown.append(' ');
        spaced = false;
      }
      shown.append(c);
    }
    return MalformedPolicyException.cut(shown.toString(), Statement.SHOWN_CHARACTERS_MAX);
  }

  static Node.Members members(Node node, String otherwise) throws MalformedPolicyException {
    if (node instanceof Node.Members members) {
      return members;
    }
    throw MalformedPolicyException.syntax(otherwise, node.start());
  }

  static List<Node> listed(Node node) {
    return node instanceof Node.Elements(_, List<Node> elements) ? elements : List.of(node);
  }

  static String string(Node node) throws MalformedPolicyException {
    if (node instanceof Node.Scalar(_, boolean string, String text) && string) {
      return text;
    }
    throw MalformedPolicyException.syntax("A string is expected", node.start());
  }

  /** A string or a list of them. */
  static List<Node.Scalar> strings(Node node) throws MalformedPolicyException {
    List<Node.Scalar> strings = new ArrayList<>();
    for (Node one : listed(node)) {
      strings.add(new Node.Scalar(one.start(), true, string(one)));
    }
    return strings;
  }
}
