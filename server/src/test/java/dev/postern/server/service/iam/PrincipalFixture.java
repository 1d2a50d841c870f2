package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Gate;
import dev.postern.server.access.Permit;
import dev.postern.server.access.PolicySets;
import dev.postern.server.access.PrincipalNames;
import dev.postern.server.service.Call;
import dev.postern.server.service.NextToken;
import dev.postern.server.service.Operation;
import dev.postern.server.store.CustomerPolicies;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.Store;
import dev.postern.server.store.TestStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Runs operations as the edge does, on a real store. */
@SuppressWarnings("TypeParameterUnusedInFormals") // the test knows which output it asks for
final class PrincipalFixture implements AutoCloseable {
  static final String ACCOUNT = "123456789012";
  static final String READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  static final String ALLOW_ALL =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}\
      """;

  final TestStore clock;
  final Store store;
  final IamParts parts;
  private final Gate gate;

  /** The SDK spells some names differently. */
  private final Map<String, Operation<?, ?>> operations =
      new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  PrincipalFixture(Path directory) throws Exception {
    clock = new TestStore(directory);
    store = clock.open();
    gate = new Gate(new PolicySets(store, new PrincipalNames(ACCOUNT, "us-east-1"), Set.of()));
    parts = new IamParts(new IamArns(ACCOUNT), store, new NextToken(new byte[32]));
    Stream.of(
            UserOperations.of(parts),
            RoleOperations.of(parts),
            InstanceProfileOperations.of(parts),
            OidcProviderOperations.of(parts))
        .flatMap(List::stream)
        .forEach(operation -> operations.put(operation.name(), operation));
  }

  static Caller.User administrator() {
    return caller(Store.ADMINISTRATOR);
  }

  static Caller.User caller(String userName) {
    return new Caller.User(
        "arn:aws:iam::" + ACCOUNT + ":user/" + userName, "AIDAX", userName, "AKIAX");
  }

  /** Makes a user as the operation does. */
  void user(String name) {
    store.users().create(name, "/", Optional.empty(), Map.of(), PrincipalRules::isAwsPolicy);
  }

  /** What a user may, as its one inline policy. */
  Caller.User userWho(String name, String document) {
    user(name);
    store.principalPolicies().putInline(IamEntity.USER, name, "only", document, 2048);
    return caller(name);
  }

  /** A customer managed policy that allows everything. */
  String policy(String name) {
    String arn = parts.arns().policy("/", name);
    store
        .customerPolicies()
        .create(
            new CustomerPolicies.NewPolicy(arn, name, "/", Optional.empty(), ALLOW_ALL, Map.of()),
            clock.now());
    return arn;
  }

  /** By the administrator. */
  <O> O run(Object input) {
    return run(administrator(), input);
  }

  /** Runs the operation whose request this is. */
  @SuppressWarnings("unchecked")
  <O> O run(Caller caller, Object input) {
    Operation<Object, O> operation = (Operation<Object, O>) operation(input);
    operation.validate(input);
    Permit permit = gate.permit(caller, operation.question(input, caller), Map.of());
    return operation.run(new Call(permit, "request-1", clock.now(), "127.0.0.1"), input);
  }

  Operation<?, ?> operation(Object input) {
    String request = input.getClass().getSimpleName();
    Operation<?, ?> operation =
        operations.get(request.substring(0, request.length() - "Request".length()));
    if (operation == null) {
      throw new IllegalArgumentException("no operation for " + request);
    }
    return operation;
  }

  void refused(Object input, String code, String message) {
    refused(() -> run(input), code, message);
  }

  /** Denied; the answer is the message. */
  String denied(Caller caller, Object input) {
    Throwable thrown = catchThrowable(() -> run(caller, input));
    assertThat(thrown)
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.code()).isEqualTo("AccessDeniedException"));
    return String.valueOf(thrown.getMessage());
  }

  static void refused(ThrowingCallable call, String code, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Fault.class,
            fault ->
                assertThat(fault.code() + ": " + fault.message()).isEqualTo(code + ": " + message));
  }

  @Override
  public void close() {
    store.close();
  }
}
