package dev.postern.server.service.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.access.Question;
import dev.postern.server.access.Question.Check;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagDescription;

class InstanceTagsTest {
  private static final String ONE = "i-0abc123def456";
  private static final String TWO = "i-0123456789abcdef0";

  @TempDir Path directory;
  private Ec2Fixture ec2;

  @BeforeEach
  void open() throws Exception {
    ec2 = new Ec2Fixture(directory);
    ec2.register(ONE, Map.of("Environment", "lab"));
    ec2.register(TWO, Map.of());
    ec2.register("mi-0123456789abcdef0", Map.of("k", "hybrid"));
  }

  @AfterEach
  void close() {
    ec2.close();
  }

  @Test
  void tagsAreGivenToAllInstancesOrToNone() {
    assertFault(
        "InvalidInstanceID.NotFound",
        "The instance ID 'i-gone' does not exist",
        () -> create(List.of(ONE, "i-gone"), tag("k", "v")));
    assertFault(
        "InvalidInstanceID.NotFound",
        "The instance IDs 'i-gone, i-lost' do not exist",
        () -> create(List.of("i-gone", ONE, "i-lost"), tag("k", "v")));
    assertThat(tags(ONE)).isEqualTo(Map.of("Environment", "lab"));

    create(List.of(ONE, TWO, ONE), tag("Environment", "production"), tag("empty", null));

    assertThat(tags(ONE)).isEqualTo(Map.of("Environment", "production", "empty", ""));
    assertThat(tags(TWO)).isEqualTo(tags(ONE));
  }

  @Test
  void valuesThatAreGivenMustBeThoseOfTheTagsToDelete() {
    create(List.of(ONE), tag("a", "1"), tag("b", ""), tag("c", "3"));

    delete(ONE, tag("a", "another"), tag("b", ""), tag("c", null), tag("not there", null));

    assertThat(tags(ONE)).isEqualTo(Map.of("Environment", "lab", "a", "1"));

    delete(ONE);

    assertThat(tags(ONE)).isEmpty();
  }

  @Test
  void idsOfOtherThingsAreRefused() {
    for (String id : List.of("vpc-abc123", "mi-0123456789abcdef0", "web-1", "")) {
      assertFault(
          "InvalidID",
          "The ID '" + id + "' is not valid",
          () -> create(List.of(ONE, id), tag("k", "v")));
    }
    assertFault(
        "InvalidInstanceID.Malformed",
        "Invalid id: \"i-a b\"",
        () -> create(List.of("i-a b"), tag("k", "v")));
    assertFault(
        "MissingParameter",
        "The request must contain the parameter resourceIdSet",
        () -> create(List.of(), tag("k", "v")));
    assertFault(
        "MissingParameter",
        "The request must contain the parameter tagSet",
        () -> create(List.of(ONE)));
  }

  @Test
  void malformedTagsAreRefused() {
    assertInvalid("Tag keys starting with 'aws:' are reserved for internal use", tag("aws:k", ""));
    assertInvalid("Tag keys starting with 'aws:' are reserved for internal use", tag("AWS:k", ""));
    assertInvalid("Tag key cannot be null or empty", tag("", "v"));
    assertInvalid("Tag key cannot be null or empty", tag(null, "v"));
    assertInvalid("Tag key exceeds the maximum length of 128 characters", tag("k".repeat(129), ""));
    assertInvalid(
        "Tag value exceeds the maximum length of 256 characters", tag("k", "v".repeat(257)));
    assertInvalid("Duplicate tag key 'k' specified.", tag("k", "1"), tag("k", "2"));
    assertThat(tags(ONE)).isEqualTo(Map.of("Environment", "lab"));
  }

  private void assertInvalid(String message, Tag... tags) {
    assertFault("InvalidParameterValue", message, () -> create(List.of(ONE), tags));
  }

  @Test
  void instancesHaveFiftyTagsAtMost() {
    Tag[] fifty = IntStream.range(0, 50).mapToObj(each -> tag("k" + each, "v")).toArray(Tag[]::new);
    String message = "The maximum number of Tags for a resource has been reached.";

    assertFault("TagLimitExceeded", message, () -> create(List.of(TWO, ONE), fifty));
    assertThat(tags(TWO)).isEmpty();

    create(List.of(TWO), fifty);
    assertFault("TagLimitExceeded", message, () -> create(List.of(TWO), tag("one more", "")));
    assertThat(tags(TWO)).hasSize(50);
  }

  @Test
  void dryRunTellsWhatWouldHappenAndChangesNothing() {
    var request = CreateTagsRequest.builder().tags(tag("k", "v")).dryRun(true);

    assertThatThrownBy(() -> ec2.run(new CreateTags(ec2.parts), request.resources(ONE).build()))
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              assertThat(fault.code()).isEqualTo("DryRunOperation");
              assertThat(fault.httpStatus()).isEqualTo(412);
            });
    assertFault(
        "InvalidInstanceID.NotFound",
        "The instance ID 'i-gone' does not exist",
        () -> ec2.run(new CreateTags(ec2.parts), request.resources("i-gone").build()));
    assertThatThrownBy(() ->
            ec2.run(Ec2Fixture.node(), new CreateTags(ec2.parts), request.resources(ONE).build()))
        .hasMessageContaining("AccessDenied");
    assertThat(tags(ONE)).isEqualTo(Map.of("Environment", "lab"));
  }

  @Test
  void policiesSeeEachInstanceWithItsTags() {
    Question question =
        new CreateTags(ec2.parts)
            .question(
                CreateTagsRequest.builder().resources(ONE, TWO).tags(tag("k", "v")).build(),
                Ec2Fixture.administrator());

    assertThat(question.checks())
        .extracting(Check::action)
        .containsExactly("ec2:CreateTags", "ec2:CreateTags");
    assertThat(question.resources())
        .containsExactly(
            "arn:aws:ec2:us-east-1:123456789012:instance/" + ONE,
            "arn:aws:ec2:us-east-1:123456789012:instance/" + TWO);
    assertThat(question.checks().getFirst().conditionKeys())
        .isEqualTo(
            Map.of(
                "aws:RequestTag/k", List.of("v"),
                "aws:TagKeys", List.of("k"),
                "aws:ResourceTag/Environment", List.of("lab"),
                "ec2:ResourceTag/Environment", List.of("lab")));
    assertThat(question.checks().getLast().conditionKeys())
        .isEqualTo(Map.of("aws:RequestTag/k", List.of("v"), "aws:TagKeys", List.of("k")));
  }

  @Test
  void tagsAreListedByFilters() {
    create(List.of(ONE, TWO), tag("Name", "web-1"), tag("name*", "x"));

    assertThat(described())
        .containsExactly(
            TWO + " Name=web-1",
            TWO + " name*=x",
            ONE + " Environment=lab",
            ONE + " Name=web-1",
            ONE + " name*=x");
    assertThat(described(filter("key", "Env*", "nothing")))
        .containsExactly(ONE + " Environment=lab");
    assertThat(described(filter("key", "name\\*"))).hasSize(2);
    assertThat(described(filter("resource-id", TWO), filter("value", "web-?")))
        .containsExactly(TWO + " Name=web-1");
    assertThat(described(filter("tag:Name", "web-1"))).hasSize(2);
    assertThat(described(filter("tag:Name", "web-2"))).isEmpty();
    assertThat(described(filter("resource-type", "instance"))).hasSize(5);
    assertThat(described(filter("resource-type", "vpc"))).isEmpty();
    assertFault(
        "InvalidParameterValue",
        "The filter 'color' is invalid",
        () -> described(filter("color", "x")));
  }

  @Test
  void longListsComeInPages() {
    Tag[] many = IntStream.range(0, 13).mapToObj(each -> tag("k" + each, "v")).toArray(Tag[]::new);
    create(List.of(ONE, TWO), many);
    List<String> found = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    String token = null;

    do {
      DescribeTagsResponse page =
          ec2.run(
              new DescribeTags(ec2.parts),
              DescribeTagsRequest.builder()
                  .filters(filter("value", "v"))
                  .maxResults(5)
                  .nextToken(token)
                  .build());
      page.tags().forEach(tag -> found.add(shown(tag)));
      sizes.add(page.tags().size());
      token = page.nextToken();
    } while (token != null);

    assertThat(sizes).containsExactly(5, 5, 5, 5, 5, 1);
    assertThat(found).doesNotHaveDuplicates().hasSize(26);
    assertFault(
        "InvalidNextToken",
        "The specified token isn't valid.",
        () ->
            ec2.run(
                new DescribeTags(ec2.parts),
                DescribeTagsRequest.builder().nextToken("bm9uZQ").build()));
    for (int wrong : List.of(4, 1001)) {
      assertThatThrownBy(() ->
              ec2.run(
                  new DescribeTags(ec2.parts),
                  DescribeTagsRequest.builder().maxResults(wrong).build()))
          .hasMessageContaining("maxResults");
    }
  }

  private List<String> described(Filter... filters) {
    return ec2
        .run(new DescribeTags(ec2.parts), DescribeTagsRequest.builder().filters(filters).build())
        .tags()
        .stream()
        .map(InstanceTagsTest::shown)
        .toList();
  }

  private static String shown(TagDescription tag) {
    assertThat(tag.resourceTypeAsString()).isEqualTo("instance");
    return tag.resourceId() + " " + tag.key() + "=" + tag.value();
  }

  private static Filter filter(String name, String... values) {
    return Filter.builder().name(name).values(values).build();
  }

  private static Tag tag(@Nullable String key, @Nullable String value) {
    return Tag.builder().key(key).value(value).build();
  }

  private void create(List<String> ids, Tag... tags) {
    ec2.run(
        new CreateTags(ec2.parts), CreateTagsRequest.builder().resources(ids).tags(tags).build());
  }

  private void delete(String id, Tag... tags) {
    ec2.run(
        new DeleteTags(ec2.parts), DeleteTagsRequest.builder().resources(id).tags(tags).build());
  }

  private Map<String, String> tags(String id) {
    return ec2.store.nodes().tags(id);
  }

  private static void assertFault(String code, String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              assertThat(fault.code()).isEqualTo(code);
              assertThat(fault.message()).isEqualTo(message);
            });
  }
}
