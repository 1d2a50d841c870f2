package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.access.Question;
import dev.postern.server.access.Question.Check;
import dev.postern.server.store.ActivationRecord;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.NodeRecord.Ping;
import dev.postern.server.store.Nodes;
import dev.postern.server.store.SessionLimits;
import dev.postern.server.store.SessionRecord;
import dev.postern.server.store.Store;
import dev.postern.wire.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.ssm.model.DeregisterManagedInstanceRequest;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationRequest;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.InstanceInformationStringFilter;
import software.amazon.awssdk.services.ssm.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.ssm.model.RemoveTagsFromResourceRequest;
import software.amazon.awssdk.services.ssm.model.ResumeSessionRequest;
import software.amazon.awssdk.services.ssm.model.StartSessionRequest;
import software.amazon.awssdk.services.ssm.model.Tag;
import software.amazon.awssdk.services.ssm.model.TerminateSessionRequest;
import software.amazon.awssdk.services.ssm.model.UpdateManagedInstanceRoleRequest;

class TagOperationsTest {
  private static final String NODE = "mi-0123456789abcdef0";
  private static final String NODE_ARN =
      "arn:aws:ssm:us-east-1:123456789012:managed-instance/" + NODE;
  private static final String DOCUMENT = "SSM-SessionManagerRunShell";
  private static final String DOCUMENT_ARN =
      "arn:aws:ssm:us-east-1:123456789012:document/" + DOCUMENT;

  @TempDir Path directory;
  private SystemsManagerFixture ssm;

  @BeforeEach
  void open() throws Exception {
    ssm = new SystemsManagerFixture(directory);
    ssm.store
        .activations()
        .insert(
            new ActivationRecord(
                "a",
                new byte[32],
                Optional.empty(),
                Optional.empty(),
                Store.NODE_ROLE,
                9,
                0,
                ssm.clock.now().plus(Duration.ofHours(1)),
                ssm.clock.now(),
                Map.of(),
                Optional.empty()));
    register(NODE);
  }

  @AfterEach
  void close() {
    ssm.close();
  }

  private void register(String id) {
    ssm.store
        .nodes()
        .register(
            new NodeRecord(
                id,
                "a",
                "key",
                "f",
                Optional.empty(),
                Store.NODE_ROLE,
                ssm.clock.now(),
                Map.of("Environment", "lab"),
                Optional.of(
                    new Ping(
                        ssm.clock.now(),
                        "a",
                        "1.0.0.0",
                        "Active",
                        "web",
                        "10.0.0.1",
                        "",
                        "Linux",
                        "",
                        ""))),
            Nodes.Existing.KEEP);
  }

  @Test
  void tagsAreMergedIntoThoseThatANodeHas() {
    add("ManagedInstance", NODE, tag("Environment", "production"), tag("environment", ""));

    assertThat(list("ManagedInstance", NODE))
        .containsExactly(tag("Environment", "production"), tag("environment", ""));

    remove("ManagedInstance", NODE, "Environment", "not there");

    assertThat(list("ManagedInstance", NODE)).containsExactly(tag("environment", ""));
  }

  @Test
  void documentsAreNamedByNameOrArn() {
    add("Document", DOCUMENT, tag("team", "x"));

    assertThat(list("Document", DOCUMENT_ARN)).containsExactly(tag("team", "x"));

    remove("Document", DOCUMENT_ARN, "team");

    assertThat(list("Document", DOCUMENT)).isEmpty();
  }

  @Test
  void unknownAndForeignResourcesAreRefused() {
    for (String id : List.of("mi-0123456789abcdef1", "i-0abc123def456", "web-1")) {
      assertFault("InvalidResourceId", () -> add("ManagedInstance", id, tag("k", "v")));
      assertFault("InvalidResourceId", () -> list("ManagedInstance", id));
      assertFault("InvalidResourceId", () -> remove("ManagedInstance", id, "k"));
    }
    for (String id :
        List.of(
            "No-Such",
            "AWS-StartInteractiveCommand",
            "arn:aws:ssm:us-east-1:999999999999:document/" + DOCUMENT)) {
      assertFault("InvalidResourceId", () -> add("Document", id, tag("k", "v")));
      assertFault("InvalidResourceId", () -> list("Document", id));
    }
  }

  @Test
  void otherTypesHaveNoTagsHere() {
    assertFault("InvalidResourceType", () -> add("Parameter", "p", tag("k", "v")));
    assertFault("InvalidResourceType", () -> list("OpsItem", "p"));
    assertFault("InvalidResourceType", () -> remove("Automation", "p", "k"));
    assertFault("ValidationException", () -> list("Instance", NODE));
  }

  @Test
  void malformedTagsAreRefusedAndChangeNothing() {
    for (Tag wrong :
        List.of(
            tag("", "v"),
            tag("k".repeat(129), "v"),
            tag("k", "v".repeat(257)),
            tag("k<", "v"),
            tag("k", "a\nb"),
            tag("aws:k", "v"),
            tag("AWS:k", "v"),
            Tag.builder().key("k").build())) {
      assertFault(
          "ValidationException", () -> add("ManagedInstance", NODE, tag("good", "v"), wrong));
    }
    assertFault(
        "ValidationException", () -> add("ManagedInstance", NODE, tag("k", "1"), tag("k", "2")));
    assertFault("ValidationException", () -> remove("ManagedInstance", NODE, "aws:k"));
    assertFault("ValidationException", () -> add("ManagedInstance", NODE));
    assertThat(list("ManagedInstance", NODE)).containsExactly(tag("Environment", "lab"));
  }

  @Test
  void resourcesHaveFiftyTagsAtMost() {
    Tag[] many = IntStream.range(0, 49).mapToObj(each -> tag("k" + each, "v")).toArray(Tag[]::new);
    add("ManagedInstance", NODE, many);
    assertThat(list("ManagedInstance", NODE)).hasSize(50);

    assertFault("TooManyTagsError", () -> add("ManagedInstance", NODE, tag("one more", "")));

    add("ManagedInstance", NODE, tag("k1", "another value"));
    assertThat(list("ManagedInstance", NODE)).hasSize(50).contains(tag("k1", "another value"));
  }

  @Test
  void whoMayNotChangesNothing() {
    assertThatThrownBy(() ->
            ssm.run(
                SystemsManagerFixture.node(NODE),
                new AddTagsToResource(ssm.parts),
                addRequest("ManagedInstance", NODE, tag("k", "v"))))
        .hasMessageContaining("AccessDenied");
    assertThat(list("ManagedInstance", NODE)).containsExactly(tag("Environment", "lab"));
  }

  @Test
  void policiesSeeTheTagsThatAreGivenAndThoseThatAreThere() {
    Check check =
        check(
            new AddTagsToResource(ssm.parts)
                .question(
                    addRequest("ManagedInstance", NODE, tag("a", "1"), tag("b", "2")),
                    SystemsManagerFixture.administrator()));

    assertThat(check.action()).isEqualTo("ssm:AddTagsToResource");
    assertThat(check.resource()).isEqualTo(NODE_ARN);
    assertThat(check.conditionKeys())
        .containsEntry("aws:RequestTag/a", List.of("1"))
        .containsEntry("aws:RequestTag/b", List.of("2"))
        .containsEntry("ssm:resourceTag/Environment", List.of("lab"))
        .containsEntry("aws:ResourceTag/Environment", List.of("lab"))
        .containsEntry("aws:TagKeys", List.of("a", "b"))
        .hasSize(5);
    Check removal =
        check(
            new RemoveTagsFromResource(ssm.parts)
                .question(
                    RemoveTagsFromResourceRequest.builder()
                        .resourceType("Document")
                        .resourceId(DOCUMENT)
                        .tagKeys("a")
                        .build(),
                    SystemsManagerFixture.administrator()));
    assertThat(removal.resource()).isEqualTo(DOCUMENT_ARN);
    assertThat(removal.conditionKeys()).isEqualTo(Map.of("aws:TagKeys", List.of("a")));
  }

  @Test
  void keysThatDifferInCaseAloneAreOneConditionKey() {
    add("ManagedInstance", NODE, tag("environment", "production"));

    Check check =
        check(
            new DeregisterManagedInstance(ssm.parts)
                .question(
                    DeregisterManagedInstanceRequest.builder().instanceId(NODE).build(),
                    SystemsManagerFixture.administrator()));

    assertThat(check.conditionKeys())
        .containsEntry("ssm:resourceTag/Environment", List.of("lab", "production"))
        .hasSize(2);
  }

  @Test
  void sessionsAreStartedUnderTheTagsOfNodeAndDocument() {
    add("Document", DOCUMENT, tag("team", "x"));

    Question question =
        new StartSession(ssm.parts)
            .question(
                StartSessionRequest.builder().target(NODE).documentName(DOCUMENT).build(),
                SystemsManagerFixture.administrator());

    assertThat(question.checks())
        .extracting(Check::resource)
        .containsExactly(NODE_ARN, DOCUMENT_ARN);
    assertThat(question.checks().getFirst().conditionKeys())
        .containsEntry("ssm:resourceTag/Environment", List.of("lab"));
    assertThat(question.checks().getLast().conditionKeys())
        .containsEntry("ssm:resourceTag/team", List.of("x"));
  }

  @Test
  void sessionsHaveTheirOwnersAndTargetsTags() {
    String _ =
        ssm.store
            .sessions()
            .insert(
                new SessionRecord(
                    new SessionId("admin-1"),
                    "arn:aws:iam::123456789012:user/admin",
                    "AIDAX",
                    NODE,
                    DOCUMENT,
                    "Standard_Stream",
                    Optional.empty(),
                    SessionRecord.Status.Connecting,
                    ssm.clock.now(),
                    Optional.empty(),
                    Optional.empty(),
                    SessionLimits.DEFAULT,
                    Optional.empty()),
                Duration.ofMinutes(5));

    Check terminate =
        check(
            new TerminateSession(ssm.parts)
                .question(
                    TerminateSessionRequest.builder().sessionId("admin-1").build(),
                    SystemsManagerFixture.administrator()));
    Check unknown =
        check(
            new ResumeSession(ssm.parts)
                .question(
                    ResumeSessionRequest.builder().sessionId("admin-2").build(),
                    SystemsManagerFixture.administrator()));

    assertThat(terminate.conditionKeys())
        .containsEntry("ssm:resourceTag/aws:ssmmessages:session-id", List.of("AIDAX"))
        .containsEntry("aws:ResourceTag/aws:ssmmessages:session-id", List.of("AIDAX"))
        .containsEntry("ssm:resourceTag/aws:ssmmessages:target-id", List.of(NODE))
        .containsEntry("aws:ResourceTag/aws:ssmmessages:target-id", List.of(NODE));
    assertThat(unknown.conditionKeys()).isEmpty();
  }

  @Test
  void nodesAreFoundByTheTagsThatTheyHaveNow() {
    register("mi-0123456789abcdef1");
    add("ManagedInstance", NODE, tag("Environment", "production"), tag("extra", ""));

    assertThat(filtered("tag:Environment", "production")).containsExactly(NODE);
    assertThat(filtered("tag-key", "extra")).containsExactly(NODE);
    assertThat(filtered("tag:Environment", "lab")).containsExactly("mi-0123456789abcdef1");
  }

  private List<String> filtered(String key, String value) {
    return ssm
        .run(
            new DescribeInstanceInformation(ssm.parts),
            DescribeInstanceInformationRequest.builder()
                .filters(InstanceInformationStringFilter.builder().key(key).values(value).build())
                .build())
        .instanceInformationList()
        .stream()
        .map(InstanceInformation::instanceId)
        .toList();
  }

  @Test
  void nodeIsGivenAnotherRoleThatSystemsManagerMayUse() {
    assertFault("ValidationException", () -> changeRole(NODE, "NoSuchRole"));
    assertFault("InvalidInstanceId", () -> changeRole("mi-0123456789abcdef1", Store.NODE_ROLE));
    assertFault("ValidationException", () -> changeRole("web-1", Store.NODE_ROLE));

    changeRole(NODE, "service-role/" + Store.NODE_ROLE);

    assertThat(ssm.store.nodes().find(NODE).orElseThrow().iamRole())
        .isEqualTo("service-role/" + Store.NODE_ROLE);
    Question question =
        new UpdateManagedInstanceRole(ssm.parts)
            .question(roleRequest(NODE, "R"), SystemsManagerFixture.administrator());
    assertThat(question.checks())
        .extracting(Check::action)
        .containsExactly("ssm:UpdateManagedInstanceRole", "iam:PassRole");
    assertThat(question.resources()).containsExactly(NODE_ARN, "arn:aws:iam::123456789012:role/R");
  }

  private void changeRole(String id, String role) {
    ssm.run(new UpdateManagedInstanceRole(ssm.parts), roleRequest(id, role));
  }

  private static UpdateManagedInstanceRoleRequest roleRequest(String id, String role) {
    return UpdateManagedInstanceRoleRequest.builder().instanceId(id).iamRole(role).build();
  }

  private static Check check(Question question) {
    assertThat(question.checks()).hasSize(1);
    return question.checks().getFirst();
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private static AddTagsToResourceRequest addRequest(String type, String id, Tag... tags) {
    var request = AddTagsToResourceRequest.builder().resourceType(type).resourceId(id);
    return tags.length == 0 ? request.build() : request.tags(Arrays.asList(tags)).build();
  }

  private void add(String type, String id, Tag... tags) {
    ssm.run(new AddTagsToResource(ssm.parts), addRequest(type, id, tags));
  }

  private void remove(String type, String id, String... keys) {
    ssm.run(
        new RemoveTagsFromResource(ssm.parts),
        RemoveTagsFromResourceRequest.builder()
            .resourceType(type)
            .resourceId(id)
            .tagKeys(keys)
            .build());
  }

  private List<Tag> list(String type, String id) {
    return ssm.run(
            new ListTagsForResource(ssm.parts),
            ListTagsForResourceRequest.builder().resourceType(type).resourceId(id).build())
        .tagList();
  }

  private static void assertFault(String code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo(code));
  }
}
