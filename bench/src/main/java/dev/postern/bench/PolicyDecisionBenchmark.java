package dev.postern.bench;

import dev.postern.aws.Action;
import dev.postern.server.access.policy.AttachedPolicy;
import dev.postern.server.access.policy.Evaluator;
import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import dev.postern.server.access.policy.PolicyPrincipal;
import dev.postern.server.access.policy.PolicyRequest;
import dev.postern.server.access.policy.PolicySet;
import dev.postern.server.access.policy.RequestContext;
import dev.postern.server.access.policy.SourceType;
import dev.postern.server.access.policy.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * One decision over 50 policies of 20 statements, of which a quarter speak of the request's service
 * and each of those has to be ruled out by its resource or condition. The statement that decides
 * stands in the last policy, so nothing ends early. The baseline finds the request's action in the
 * same thousand texts, comparing without case: what is left when nobody compiles or indexes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PolicyDecisionBenchmark {
  private static final int POLICIES = 50;
  private static final int STATEMENTS = 20;
  private static final String ACCOUNT = "123456789012";
  private static final PolicyPrincipal CALLER =
      new PolicyPrincipal.User("arn:aws:iam::" + ACCOUNT + ":user/alice", ACCOUNT, "AIDAALICE");
  private static final RequestContext CONTEXT =
      RequestContext.of(
          Map.of(
              "aws:username", List.of("alice"),
              "aws:SourceIp", List.of("203.0.113.9"),
              "ssm:resourceTag/Environment", List.of("development")));

  private final List<String> actions = new ArrayList<>();
  private final PolicySet policies = PolicySet.ofIdentity(policies());
  private final PolicyRequest allowed = request("ssm:StartSession", "instance/i-0abc");
  private final PolicyRequest unmatched = request("ssm:StartSession", "volume/v-1");
  private final PolicyRequest denied = request("ssm:StartSession", "instance/i-0denied");

  private static PolicyRequest request(String action, String resource) {
    return new PolicyRequest(
        CALLER, Action.parse(action), "arn:aws:ec2:us-east-1:" + ACCOUNT + ":" + resource, CONTEXT);
  }

  private List<AttachedPolicy> policies() {
    List<AttachedPolicy> attached = new ArrayList<>();
    for (int policy = 0; policy < POLICIES; policy++) {
      List<String> statements = new ArrayList<>();
      for (int i = 0; i < STATEMENTS; i++) {
        statements.add(statement(policy, i));
      }
      attached.add(compiled(policy, statements));
    }
    return attached;
  }

  private String statement(int policy, int index) {
    boolean last = policy == POLICIES - 1;
    if (last && index == STATEMENTS - 1) {
      return statement("Allow", "ssm:StartSession", "instance/*", "development");
    }
    if (last && index == STATEMENTS - 2) {
      return statement("Deny", "ssm:*", "instance/i-0denied", "development");
    }
    return switch (index) {
      case 0, 1 -> statement("Allow", "ssm:StartSession", "instance/i-" + policy, "development");
      case 2, 3 -> statement("Allow", "ssm:*Session", "instance/*", "production");
      case 4 -> statement("Deny", "ssm:*", "instance/*", "production");
      default -> statement("Allow", "service" + index + ":Get*", "thing/*", "development");
    };
  }

  private String statement(String effect, String action, String resource, String tag) {
    actions.add(action);
    return """
    {"Effect":"%s","Action":"%s","Resource":"arn:aws:ec2:*:%s:%s",
    "Condition":{"StringEquals":{"ssm:resourceTag/Environment":"%s"}}}\
    """
        .formatted(effect, action, ACCOUNT, resource, tag);
  }

  private static AttachedPolicy compiled(int number, List<String> statements) {
    String text =
        "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    try {
      return new AttachedPolicy(
          "policy" + number,
          SourceType.USER_MANAGED,
          PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY));
    } catch (MalformedPolicyException malformed) {
      throw new IllegalStateException(malformed);
    }
  }

  /** With the request made for it, as the server has to. */
  @Benchmark
  public Verdict allow() {
    return Evaluator.evaluate(policies, request("ssm:StartSession", "instance/i-0abc"));
  }

  @Benchmark
  public Verdict allowOfAKnownRequest() {
    return Evaluator.evaluate(policies, allowed);
  }

  @Benchmark
  public Verdict implicitDeny() {
    return Evaluator.evaluate(policies, unmatched);
  }

  @Benchmark
  public Verdict explicitDeny() {
    return Evaluator.evaluate(policies, denied);
  }

  @Benchmark
  public int baselineFindAction() {
    String wanted = allowed.action().toString().toLowerCase(Locale.ROOT);
    int found = 0;
    for (String action : actions) {
      if (action.toLowerCase(Locale.ROOT).equals(wanted)) {
        found++;
      }
    }
    return found;
  }
}
