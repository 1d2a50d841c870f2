package dev.postern.server.access.policy;

import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** A policy, checked and compiled from its JSON text (spec/aws-api.md 4.2). */
public final class PolicyDocument {
  /** What a policy is attached to decides which elements it must and must not have. */
  public enum Kind {
    /** Of a user, group or role, a boundary or a session policy: no Principal, but Resource. */
    IDENTITY,
    /** The trust policy of a role: Principal, no Resource, actions of STS. */
    TRUST,
    /** Of a bucket, key or other resource: Principal and Resource. */
    RESOURCE
  }

  /** Characters of a text that are looked at; what a service stores has smaller limits. */
  public static final int TEXT_CHARACTERS_MAX = 131_072;

  private final Kind kind;
  private final List<Statement> statements;
  private final StatementIndex allows;
  private final StatementIndex denies;
  private final NavigableSet<String> principalArns;
  private final int characters;

  private PolicyDocument(
      Kind kind, List<Statement> statements, NavigableSet<String> principalArns, int characters) {
    this.kind = kind;
    this.statements = List.copyOf(statements);
    this.allows = new StatementIndex(statements, Effect.ALLOW);
    this.denies = new StatementIndex(statements, Effect.DENY);
    this.principalArns = principalArns;
    this.characters = characters;
  }

  /** Reads a policy whose principals, if it has any, are known by their ARNs alone. */
  public static PolicyDocument parse(String text, Kind kind) throws MalformedPolicyException {
    return parse(text, kind, Map.of());
  }

  /**
   * Reads a policy whose principals were resolved when it was written. A user or role that it names
   * then matches only while it has that unique id, so that one made anew inherits nothing.
   *
   * @param uniqueIds by the ARNs that {@link #principalArns} tells; {@code AIDA...} or {@code
   *     AROA...}
   */
  public static PolicyDocument parse(String text, Kind kind, Map<String, String> uniqueIds)
      throws MalformedPolicyException {
    Node.Members root = NodeReader.read(text);
    var reader = new StatementReader(text, kind, uniqueIds);
    List<Statement> statements = reader.read(root);
    return new PolicyDocument(
        kind, statements, new TreeSet<>(reader.principalArns()), charactersOf(text));
  }

  private static int charactersOf(String text) {
    return (int) text.chars().filter(c -> !Character.isWhitespace(c)).count();
  }

  public Kind kind() {
    return kind;
  }

  /** In the order of the text. */
  public List<Statement> statements() {
    return statements;
  }

  /** Characters that are no white space: what IAM's quotas count. */
  public int characters() {
    return characters;
  }

  /** The ARNs of users, roles and role sessions that it names as principals, to be resolved. */
  public NavigableSet<String> principalArns() {
    return new TreeSet<>(principalArns);
  }

  /** The condition keys and variables that it asks for, as GetContextKeysForCustomPolicy tells. */
  public NavigableSet<String> contextKeys() {
    NavigableSet<String> keys = new TreeSet<>();
    statements.forEach(statement -> statement.contextKeys().forEach(keys::add));
    return keys;
  }

  StatementIndex index(Effect effect) {
    return effect == Effect.ALLOW ? allows : denies;
  }
}
