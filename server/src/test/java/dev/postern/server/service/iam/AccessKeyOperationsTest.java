package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.access.Caller;
import dev.postern.server.store.AccessKeyRecord;
import dev.postern.server.store.AccessKeyRecord.Principal;
import dev.postern.server.store.IamEntity;
import dev.postern.server.store.IssuedKey;
import dev.postern.server.store.KeyUse;
import dev.postern.server.store.SessionContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedRequest;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedResponse;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysResponse;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyRequest;

/** Long-term access keys. */
final class AccessKeyOperationsTest {
  private static final String OWN_KEYS =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Action":["iam:*AccessKey*","iam:GetAccessKeyLastUsed"],
        "Resource":"arn:aws:iam::*:user/${aws:username}"}]}\
      """;
  private static final String NO_KEY = "AKIAAAAAAAAAAAAAAAAA";

  @TempDir Path directory;
  private PrincipalFixture iam;

  @BeforeEach
  void open() throws Exception {
    iam = new PrincipalFixture(directory);
    iam.user("alice");
  }

  @AfterEach
  void close() {
    iam.close();
  }

  private AccessKey create(String user) {
    return iam.<CreateAccessKeyResponse>run(CreateAccessKeyRequest.builder().userName(user).build())
        .accessKey();
  }

  private List<AccessKeyMetadata> list(String user) {
    return iam.<ListAccessKeysResponse>run(ListAccessKeysRequest.builder().userName(user).build())
        .accessKeyMetadata();
  }

  private static UpdateAccessKeyRequest update(String id, StatusType status) {
    return UpdateAccessKeyRequest.builder()
        .userName("alice")
        .accessKeyId(id)
        .status(status)
        .build();
  }

  private GetAccessKeyLastUsedResponse lastUsed(String id) {
    return iam.run(GetAccessKeyLastUsedRequest.builder().accessKeyId(id).build());
  }

  @Test
  void newKeyIsActiveAndItsSecretIsTheOneKept() {
    AccessKey made = create("ALICE");

    assertThat(made.userName()).isEqualTo("alice");
    assertThat(made.accessKeyId()).matches("AKIA[A-Z2-7]{16}");
    assertThat(made.status()).isEqualTo(StatusType.ACTIVE);
    AccessKeyRecord kept = iam.store.accessKeys().find(made.accessKeyId()).orElseThrow();
    assertThat(kept.secret()).isEqualTo(made.secretAccessKey()).hasSize(40);
    assertThat(kept.active()).isTrue();
  }

  @Test
  void secretIsNotAudited() {
    CreateAccessKeyRequest input = CreateAccessKeyRequest.builder().userName("alice").build();
    CreateAccessKeyResponse output = iam.run(input);

    Map<String, Object> elements =
        new CreateAccessKey(new PrincipalRules(IamEntity.USER, iam.parts), iam.parts)
            .auditElements(output);

    assertThat(elements.toString())
        .contains(output.accessKey().accessKeyId())
        .doesNotContain(output.accessKey().secretAccessKey());
  }

  @Test
  void userHasTwoKeys() {
    create("alice");
    AccessKey second = create("alice");
    // Temporary keys do not count.
    IssuedKey temporary =
        iam.store
            .accessKeys()
            .issue(new Principal.User("alice"), SessionContext.NONE, Duration.ofHours(1));

    iam.refused(
        CreateAccessKeyRequest.builder().userName("alice").build(),
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2");
    assertThat(list("alice"))
        .extracting(AccessKeyMetadata::accessKeyId)
        .hasSize(2)
        .doesNotContain(temporary.accessKeyId());
    iam.run(
        DeleteAccessKeyRequest.builder()
            .userName("alice")
            .accessKeyId(second.accessKeyId())
            .build());
    create("alice");
  }

  @Test
  void keysAreListedInPagesOldestFirst() {
    AccessKey older = create("alice");
    iam.clock.advance(Duration.ofSeconds(1));
    AccessKey newer = create("alice");

    ListAccessKeysResponse first =
        iam.run(ListAccessKeysRequest.builder().userName("alice").maxItems(1).build());
    ListAccessKeysResponse second =
        iam.run(
            ListAccessKeysRequest.builder()
                .userName("alice")
                .maxItems(1)
                .marker(first.marker())
                .build());

    assertThat(first.accessKeyMetadata())
        .extracting(AccessKeyMetadata::accessKeyId)
        .containsExactly(older.accessKeyId());
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.accessKeyMetadata())
        .extracting(AccessKeyMetadata::accessKeyId)
        .containsExactly(newer.accessKeyId());
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void inactiveKeyCanBeMadeActiveAgain() {
    String id = create("alice").accessKeyId();

    iam.run(update(id, StatusType.INACTIVE));
    assertThat(iam.store.accessKeys().find(id).orElseThrow().active()).isFalse();
    assertThat(list("alice").getFirst().status()).isEqualTo(StatusType.INACTIVE);
    iam.run(update(id, StatusType.ACTIVE));

    assertThat(iam.store.accessKeys().find(id).orElseThrow().active()).isTrue();
    iam.refused(
        UpdateAccessKeyRequest.builder()
            .userName("alice")
            .accessKeyId(id)
            .status("Expired")
            .build(),
        "ValidationException",
        "1 validation error detected: Value 'Expired' at 'status' failed to satisfy constraint:"
            + " Member must satisfy enum value set: [Active, Inactive]");
  }

  @Test
  void keyOfSomebodyElseCannotBeFound() {
    iam.user("bob");
    String bobs = create("bob").accessKeyId();
    IssuedKey temporary =
        iam.store
            .accessKeys()
            .issue(new Principal.User("alice"), SessionContext.NONE, Duration.ofHours(1));

    for (String id : List.of(bobs, NO_KEY, temporary.accessKeyId())) {
      String message = "The Access Key with id " + id + " cannot be found.";
      iam.refused(update(id, StatusType.INACTIVE), "NoSuchEntity", message);
      iam.refused(
          DeleteAccessKeyRequest.builder().userName("alice").accessKeyId(id).build(),
          "NoSuchEntity",
          message);
    }
    assertThat(iam.store.accessKeys().find(bobs).orElseThrow().active()).isTrue();
  }

  @Test
  void unknownUserCannotBeFound() {
    for (Object input :
        List.of(
            CreateAccessKeyRequest.builder().userName("nobody").build(),
            ListAccessKeysRequest.builder().userName("nobody").build(),
            update(NO_KEY, StatusType.ACTIVE).copy(key -> key.userName("nobody")),
            DeleteAccessKeyRequest.builder().userName("nobody").accessKeyId(NO_KEY).build())) {
      iam.refused(input, "NoSuchEntity", "The user with name nobody cannot be found.");
    }
  }

  @Test
  void callerRotatesOwnKeysWithoutNamingItself() {
    Caller self = iam.userWho("bob", OWN_KEYS);
    CreateAccessKeyResponse made = iam.run(self, CreateAccessKeyRequest.builder().build());
    String id = made.accessKey().accessKeyId();

    iam.run(
        self, UpdateAccessKeyRequest.builder().accessKeyId(id).status(StatusType.INACTIVE).build());
    ListAccessKeysResponse listed = iam.run(self, ListAccessKeysRequest.builder().build());
    assertThat(listed.accessKeyMetadata())
        .extracting(AccessKeyMetadata::accessKeyId)
        .containsExactly(id);
    iam.run(self, GetAccessKeyLastUsedRequest.builder().accessKeyId(id).build());
    iam.run(self, DeleteAccessKeyRequest.builder().accessKeyId(id).build());

    assertThat(list("bob")).isEmpty();
    iam.denied(self, CreateAccessKeyRequest.builder().userName("alice").build());
    String alices = create("alice").accessKeyId();
    assertThat(iam.denied(self, GetAccessKeyLastUsedRequest.builder().accessKeyId(alices).build()))
        .isEqualTo(
            iam.denied(self, GetAccessKeyLastUsedRequest.builder().accessKeyId(NO_KEY).build()))
        .contains("on resource: arn:aws:iam::123456789012:user/* because");
  }

  @Test
  void lastUseIsToldAndNoneBeforeTheFirst() {
    String id = create("alice").accessKeyId();

    GetAccessKeyLastUsedResponse never = lastUsed(id);
    assertThat(never.userName()).isEqualTo("alice");
    assertThat(never.accessKeyLastUsed().lastUsedDate()).isNull();
    assertThat(never.accessKeyLastUsed().serviceName()).isEqualTo("N/A");
    assertThat(never.accessKeyLastUsed().region()).isEqualTo("N/A");
    iam.store.keyUses().note(id, new KeyUse(iam.clock.now(), "ssm", "us-east-1"));
    GetAccessKeyLastUsedResponse used = lastUsed(id);

    assertThat(used.accessKeyLastUsed().lastUsedDate()).isEqualTo(iam.clock.now());
    assertThat(used.accessKeyLastUsed().serviceName()).isEqualTo("ssm");
    assertThat(used.accessKeyLastUsed().region()).isEqualTo("us-east-1");
  }

  @Test
  void keyThatNobodyHasMayBeOfAnotherAccount() {
    iam.refused(
        GetAccessKeyLastUsedRequest.builder().accessKeyId(NO_KEY).build(),
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/admin is not authorized to perform:"
            + " iam:GetAccessKeyLastUsed on resource: access key "
            + NO_KEY);
  }
}
