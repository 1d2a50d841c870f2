package dev.postern.server.access.policy;

import dev.postern.aws.Arn;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the Principal and NotPrincipal elements of one policy. For one thread. */
final class PrincipalReader {
  private static final String EVERYONE = "*";
  private static final String ROOT = "root";

  /** Twelve digits; the guide that servers are set up by has nine. */
  private static final Pattern ACCOUNT = Pattern.compile("[0-9]{9,12}");

  private static final Pattern UNIQUE_ID = Pattern.compile("A(IDA|ROA)[A-Z0-9]{12,17}");
  private static final Pattern USER_OR_ROLE = Pattern.compile("(user|role)/[^*?]+");
  private static final Pattern SESSION =
      Pattern.compile("(assumed-role/[^*?/]+/[^*?/]+|federated-user/[^*?/]+)");

  /** No repeated groups: on a long text those would exhaust the stack. */
  private static final Pattern SERVICE = Pattern.compile("[a-z0-9-]+\\.[a-z0-9.-]+");

  private static final Pattern PROVIDER = Pattern.compile("[^*?\\s]+");

  private final Map<String, String> uniqueIds;
  private final Set<String> arns = new HashSet<>();

  PrincipalReader(Map<String, String> uniqueIds) {
    this.uniqueIds = uniqueIds;
  }

  /** The users, roles and sessions among the principals read so far. */
  Set<String> arns() {
    return arns;
  }

  PrincipalElement read(boolean negated, Node node) throws MalformedPolicyException {
    var entries = new PrincipalElement.Entries();
    switch (node) {
      case Node.Scalar(Position start, _, String text) -> {
        if (!text.equals(EVERYONE)) {
          throw invalid("AWS", text, start);
        }
        entries.addEveryone(text);
      }
      case Node.Members members -> {
        for (Map.Entry<String, Node.Member> member : members.members().entrySet()) {
          addAll(entries, member.getKey(), member.getValue());
        }
      }
      case Node.Elements elements ->
          throw MalformedPolicyException.syntax(
              "A principal must be \"*\" or an object", elements.start());
    }
    if (entries.isEmpty()) {
      throw MalformedPolicyException.syntax("A principal must name someone", node.start());
    }
    return new PrincipalElement(negated, entries, uniqueIds);
  }

  private void addAll(PrincipalElement.Entries entries, String type, Node.Member member)
      throws MalformedPolicyException {
    for (Node.Scalar value : StatementReader.strings(member.value())) {
      switch (type) {
        case "AWS" -> addCaller(entries, value);
        case "Service" -> addName(entries, type, value, SERVICE);
        case "Federated" -> addName(entries, type, value, PROVIDER);
        case "CanonicalUser" -> addName(entries, type, value, PROVIDER);
        default ->
            throw MalformedPolicyException.syntax(
                "Unknown principal type " + MalformedPolicyException.quoted(type), member.start());
      }
    }
  }

  private static void addName(
      PrincipalElement.Entries entries, String type, Node.Scalar value, Pattern form)
      throws MalformedPolicyException {
    if (!form.matcher(value.text()).matches()) {
      throw invalid(type, value.text(), value.start());
    }
    entries.addName(value.text());
  }

  private void addCaller(PrincipalElement.Entries entries, Node.Scalar value)
      throws MalformedPolicyException {
    String text = value.text();
    if (text.equals(EVERYONE)) {
      entries.addEveryone(text);
    } else if (ACCOUNT.matcher(text).matches()) {
      entries.addAccount(text, text);
    } else if (UNIQUE_ID.matcher(text).matches()) {
      entries.addName(text);
    } else {
      addArn(entries, value);
    }
  }

  private void addArn(PrincipalElement.Entries entries, Node.Scalar value)
      throws MalformedPolicyException {
    String text = value.text();
    if (!Arn.isValid(text)) {
      throw invalid("AWS", text, value.start());
    }
    Arn arn = Arn.parse(text);
    boolean wellFormed = arn.region().isEmpty() && ACCOUNT.matcher(arn.account()).matches();
    boolean iam = wellFormed && arn.service().equals("iam");
    boolean sts = wellFormed && arn.service().equals("sts");
    if (iam && arn.resource().equals(ROOT)) {
      entries.addAccount(arn.account(), text);
    } else if ((iam && USER_OR_ROLE.matcher(arn.resource()).matches())
        || (sts && SESSION.matcher(arn.resource()).matches())) {
      entries.addName(text);
      arns.add(text);
    } else {
      throw invalid("AWS", text, value.start());
    }
  }

  private static MalformedPolicyException invalid(String type, String value, Position position) {
    return new MalformedPolicyException(
        "Invalid principal in policy: \""
            + type
            + "\":\""
            + MalformedPolicyException.quoted(value)
            + "\"",
        position);
  }
}
