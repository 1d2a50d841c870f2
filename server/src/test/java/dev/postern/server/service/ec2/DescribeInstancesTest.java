package dev.postern.server.service.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.aws.Fault;
import dev.postern.server.bus.IsConnected;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Tag;

class DescribeInstancesTest {
  private static final String ONE = "i-0123456789abcdef0";
  private static final String TWO = "i-0abc123def456";

  @TempDir Path directory;
  private Ec2Fixture ec2;

  @BeforeEach
  void open() throws Exception {
    ec2 = new Ec2Fixture(directory);
    ec2.register(ONE, Map.of("Name", "web-1"));
    ec2.register(TWO, Map.of("team", "x"));
    ec2.register("mi-0123456789abcdef0", Map.of("Name", "web-1"));
  }

  @AfterEach
  void close() {
    ec2.close();
  }

  @Test
  void nodesWithInstanceIdsAreListedAsFarAsTheyAreKnown() {
    ec2.ping(ONE, "10.0.0.1");

    DescribeInstancesResponse answer = describe(DescribeInstancesRequest.builder().build());

    assertThat(answer.nextToken()).isNull();
    assertThat(ids(answer)).containsExactly(ONE, TWO);
    assertThat(answer.reservations())
        .allSatisfy(reservation -> {
          assertThat(reservation.reservationId()).matches("r-[0-9a-f]{17}");
          assertThat(reservation.ownerId()).isEqualTo("123456789012");
          assertThat(reservation.instances()).hasSize(1);
        });
    Instance one = answer.reservations().getFirst().instances().getFirst();
    assertThat(one.launchTime()).isEqualTo(ec2.clock.now());
    assertThat(one.privateIpAddress()).isEqualTo("10.0.0.1");
    assertThat(one.privateDnsName()).isEqualTo("web-1");
    assertThat(one.tags()).containsExactly(Tag.builder().key("Name").value("web-1").build());
    assertThat(one.state().code()).isEqualTo(16);
    Instance two = answer.reservations().getLast().instances().getFirst();
    assertThat(two.privateIpAddress()).isNull();
    assertThat(two.state().code()).isEqualTo(80);
  }

  @Test
  void instancesRunWhileTheyPingOrAreConnected() {
    ec2.ping(ONE, "10.0.0.1");
    assertThat(filtered("instance-state-name", "running")).containsExactly(ONE);

    ec2.clock.advance(Duration.ofMinutes(12));
    assertThat(filtered("instance-state-name", "running")).isEmpty();

    ec2.bus.respond(IsConnected.class, "node." + TWO, (IsConnected _) -> true);
    assertThat(filtered("instance-state-name", "running")).containsExactly(TWO);
    assertThat(filtered("instance-state-code", "80")).containsExactly(ONE);
  }

  @Test
  void filtersSelect() {
    ec2.ping(ONE, "10.0.0.1");

    assertThat(filtered("instance-id", TWO, "i-none")).containsExactly(TWO);
    assertThat(filtered("tag:Name", "web-*")).containsExactly(ONE);
    assertThat(filtered("tag:name", "web-1")).isEmpty();
    assertThat(filtered("tag-key", "team", "owner")).containsExactly(TWO);
    assertThat(filtered("private-ip-address", "10.0.0.1")).containsExactly(ONE);
    assertThat(filtered("private-dns-name", "web-1")).containsExactly(ONE);
    assertThat(filtered("owner-id", "123456789012")).hasSize(2);
    assertThat(filtered("vpc-id", "*")).isEmpty();
    assertFault("InvalidParameterValue", "The filter 'tag:' is invalid", filter("tag:", "x"));
    assertFault("InvalidParameterValue", "The filter 'color' is invalid", filter("color", "x"));
    assertFault("InvalidParameterValue", "The filter 'tag:a' has no values", filter("tag:a"));
  }

  @Test
  void idsMustExist() {
    assertThat(ids(describe(DescribeInstancesRequest.builder().instanceIds(TWO, TWO).build())))
        .containsExactly(TWO);
    assertFault(
        "InvalidInstanceID.NotFound",
        "The instance ID 'i-gone' does not exist",
        DescribeInstancesRequest.builder().instanceIds(ONE, "i-gone").build());
    assertFault(
        "InvalidInstanceID.Malformed",
        "Invalid id: \"mi-0123456789abcdef0\"",
        DescribeInstancesRequest.builder().instanceIds("mi-0123456789abcdef0").build());
    assertFault(
        "InvalidParameterCombination",
        "The parameter instancesSet cannot be used with the parameter maxResults",
        DescribeInstancesRequest.builder().instanceIds(ONE).maxResults(5).build());
  }

  @Test
  void longListsComeInPages() {
    for (int i = 0; i < 410; i++) {
      ec2.register("i-x" + i, Map.of());
    }
    List<String> found = new ArrayList<>();
    String token = null;

    do {
      DescribeInstancesResponse page =
          describe(
              DescribeInstancesRequest.builder()
                  .filters(Filter.builder().name("instance-id").values("i-x*").build())
                  .maxResults(205)
                  .nextToken(token)
                  .build());
      assertThat(page.reservations()).hasSize(205);
      found.addAll(ids(page));
      token = page.nextToken();
    } while (token != null);

    assertThat(found).doesNotHaveDuplicates().hasSize(410).isSorted();
    assertFault(
        "InvalidNextToken",
        "The specified token isn't valid.",
        DescribeInstancesRequest.builder().nextToken("bm9uZQ").build());
    assertFault(
        "InvalidParameterValue",
        "Value ( 3 ) for parameter maxResults is invalid. Expecting a value greater than 5.",
        DescribeInstancesRequest.builder().maxResults(3).build());
  }

  @Test
  void whoMayNotLearnsNothing() {
    for (String id : List.of(ONE, "i-gone")) {
      assertThatThrownBy(() ->
              ec2.run(
                  Ec2Fixture.node(),
                  new DescribeInstances(ec2.parts),
                  DescribeInstancesRequest.builder().instanceIds(id).dryRun(true).build()))
          .hasMessageContaining("AccessDenied");
    }
    assertFault(
        "DryRunOperation",
        "Request would have succeeded, but DryRun flag is set.",
        DescribeInstancesRequest.builder().dryRun(true).build());
  }

  private DescribeInstancesResponse describe(DescribeInstancesRequest request) {
    return ec2.run(new DescribeInstances(ec2.parts), request);
  }

  private static List<String> ids(DescribeInstancesResponse answer) {
    return answer.reservations().stream()
        .flatMap(reservation -> reservation.instances().stream())
        .map(Instance::instanceId)
        .toList();
  }

  private static DescribeInstancesRequest filter(String name, String... values) {
    return DescribeInstancesRequest.builder()
        .filters(Filter.builder().name(name).values(values).build())
        .build();
  }

  private List<String> filtered(String name, String... values) {
    return ids(describe(filter(name, values)));
  }

  private void assertFault(String code, String message, DescribeInstancesRequest request) {
    assertThatThrownBy(() -> describe(request))
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              assertThat(fault.code()).isEqualTo(code);
              assertThat(fault.message()).isEqualTo(message);
            });
  }
}
