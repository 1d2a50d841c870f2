package dev.postern.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered never outlives a change: of every kind, and whoever reads meanwhile. */
@Timeout(60)
class GrantsTest {
  private static final String POLICY = "arn:aws:iam::123456789012:policy/p";

  @TempDir Path directory;
  private Store store;
  private Grants grants;
  private PrincipalPolicies policies;

  @BeforeEach
  void setUp() throws Exception {
    TestStore test = new TestStore(directory);
    store = test.open();
    grants = store.grants();
    policies = store.principalPolicies();
    done(store.users().create("alice", "/", Optional.empty(), Map.of(), any -> false));
    store
        .customerPolicies()
        .create(
            new CustomerPolicies.NewPolicy(POLICY, "p", "/", Optional.empty(), "v1", Map.of()),
            test.now());
    assertThat(grants.ofUser("alice").orElseThrow().policies()).isEmpty();
  }

  @AfterEach
  void tearDown() {
    store.close();
  }

  private static void done(PrincipalChange change) {
    assertThat(change).isEqualTo(PrincipalChange.DONE);
  }

  private List<String> documents() {
    return grants.ofUser("Alice").orElseThrow().policies().stream()
        .map(policy -> policy.document().orElse(""))
        .toList();
  }

  @Test
  void policiesCountFromTheirChangeOn() {
    done(policies.putInline(IamEntity.USER, "alice", "inline", "own", 1000));
    assertThat(documents()).containsExactly("own");
    done(policies.attach(IamEntity.USER, "alice", POLICY, any -> false));
    assertThat(documents()).containsExactlyInAnyOrder("own", "v1");
    store.customerPolicies().addVersion(POLICY, "v2", true, store.clock().instant());
    assertThat(documents()).containsExactlyInAnyOrder("own", "v2");
    store.customerPolicies().setDefault(POLICY, 1);
    assertThat(documents()).containsExactlyInAnyOrder("own", "v1");
    done(policies.detach(IamEntity.USER, "alice", POLICY));
    done(policies.deleteInline(IamEntity.USER, "alice", "inline"));
    assertThat(documents()).isEmpty();
  }

  @Test
  void policiesThatAreGoneCountNoMore() {
    done(policies.attach(IamEntity.USER, "alice", POLICY, any -> false));
    store.customerPolicies().addVersion(POLICY, "v2", false, store.clock().instant());
    assertThat(documents()).containsExactly("v1");
    store.customerPolicies().setDefault(POLICY, 2);
    store.customerPolicies().deleteVersion(POLICY, 1);
    assertThat(documents()).containsExactly("v2");
  }

  @Test
  void whatNobodyChangedIsNotReadAgain() {
    Grants.Granted alice = grants.ofUser("alice").orElseThrow();

    assertThat(grants.ofUser("Alice").orElseThrow()).isSameAs(alice);
  }

  @Test
  void rolesCountFromTheirChangeOn() {
    String role = Store.NODE_ROLE;
    int before = grants.ofRole(role).orElseThrow().policies().size();
    done(policies.putInline(IamEntity.ROLE, role, "inline", "own", 1000));
    done(policies.attach(IamEntity.ROLE, role, POLICY, any -> false));
    assertThat(grants.ofRole(role).orElseThrow().policies()).hasSize(before + 2);
    done(policies.deleteInline(IamEntity.ROLE, role, "inline"));
    done(policies.detach(IamEntity.ROLE, role, POLICY));
    assertThat(grants.ofRole(role).orElseThrow().policies()).hasSize(before);
    done(policies.setBoundary(IamEntity.ROLE, role, Optional.of(POLICY), any -> false));
    assertThat(grants.ofRole(role).orElseThrow().boundary()).isPresent();
    done(policies.tag(IamEntity.ROLE, role, Map.of("team", "red")));
    assertThat(grants.tags(IamEntity.ROLE, role)).containsExactly(Map.entry("team", "red"));
    for (String arn : policies.attached(IamEntity.ROLE, role)) {
      done(policies.detach(IamEntity.ROLE, role, arn));
    }
    done(store.roles().delete(role));
    assertThat(grants.ofRole(role)).isEmpty();
  }

  @Test
  void policiesOfGroupsCountFromTheirChangeOn() {
    done(store.groups().create("team", "/"));
    done(policies.putInline(IamEntity.GROUP, "team", "inline", "team's", 1000));
    assertThat(documents()).isEmpty();
    Groups.Membership _ = store.groups().add("team", "alice");
    assertThat(documents()).containsExactly("team's");
    done(policies.putInline(IamEntity.GROUP, "team", "inline", "new", 1000));
    assertThat(documents()).containsExactly("new");
    Groups.Membership _ = store.groups().remove("team", "alice");
    assertThat(documents()).isEmpty();
  }

  @Test
  void boundaryAndTagsCountFromTheirChangeOn() {
    done(policies.setBoundary(IamEntity.USER, "alice", Optional.of(POLICY), any -> false));
    assertThat(grants.ofUser("alice").orElseThrow().boundary()).isPresent();
    done(policies.setBoundary(IamEntity.USER, "alice", Optional.empty(), any -> false));
    assertThat(grants.ofUser("alice").orElseThrow().boundary()).isEmpty();
    done(policies.tag(IamEntity.USER, "alice", Map.of("team", "red")));
    assertThat(grants.tags(IamEntity.USER, "alice")).containsExactly(Map.entry("team", "red"));
    done(policies.untag(IamEntity.USER, "alice", List.of("team")));
    assertThat(grants.tags(IamEntity.USER, "alice")).isEmpty();
  }

  @Test
  void renamedOrDeletedUserIsGoneAndANewOneIsNew() {
    String before = grants.ofUser("alice").orElseThrow().id();
    done(store.users().update("alice", Optional.of("bob"), Optional.empty()));
    assertThat(grants.ofUser("alice")).isEmpty();
    assertThat(grants.ofUser("bob").orElseThrow().id()).isEqualTo(before);
    done(store.users().delete("bob"));
    assertThat(grants.ofUser("bob")).isEmpty();
    done(store.users().create("bob", "/", Optional.empty(), Map.of(), any -> false));
    assertThat(grants.ofUser("bob").orElseThrow().id()).isNotEqualTo(before);
  }

  @Test
  void userAndRoleOfOneNameAreTwo() throws Exception {
    String role = Store.NODE_ROLE;
    done(store.users().create(role, "/", Optional.empty(), Map.of(), any -> false));

    assertThat(grants.ofUser(role).orElseThrow().id()).startsWith("AIDA");
    assertThat(grants.ofRole(role).orElseThrow().id()).startsWith("AROA");
  }

  /** Whoever reads while it changes must not make others remember what was before. */
  @Test
  void changeThatReturnedIsSeenWhoeverElseReads() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Runnable read =
          () -> {
            while (!over.get()) {
              assertThat(grants.ofUser("alice")).isPresent();
            }
          };
      List<Future<?>> readers = List.of(threads.submit(read), threads.submit(read));
      try {
        for (int i = 0; i < 200; i++) {
          done(policies.tag(IamEntity.USER, "alice", Map.of("number", Integer.toString(i))));
          assertThat(grants.tags(IamEntity.USER, "alice")).containsEntry("number", "" + i);
        }
      } finally {
        over.set(true);
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
  }
}
