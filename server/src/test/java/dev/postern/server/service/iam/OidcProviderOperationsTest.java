package dev.postern.server.service.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.server.access.Caller;
import dev.postern.server.store.OidcProviderRecord;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.model.AddClientIdToOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.CreateOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.CreateOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.DeleteOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.GetOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.GetOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProviderTagsRequest;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProviderTagsResponse;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersResponse;
import software.amazon.awssdk.services.iam.model.OpenIDConnectProviderListEntry;
import software.amazon.awssdk.services.iam.model.RemoveClientIdFromOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.UntagOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.UpdateOpenIdConnectProviderThumbprintRequest;

/** OpenID Connect providers: what roles can trust besides the account's own principals. */
final class OidcProviderOperationsTest {
  private static final String PREFIX = "arn:aws:iam::123456789012:oidc-provider/";
  private static final String ARN = PREFIX + "idp.example.org/realm";
  private static final String GONE = PREFIX + "gone.example.org";
  private static final String THUMBPRINT = "a".repeat(40);
  private static final String ONE = "1 validation error detected: Value ";

  @TempDir Path directory;
  private PrincipalFixture iam;

  @BeforeEach
  void open() throws Exception {
    iam = new PrincipalFixture(directory);
  }

  @AfterEach
  void close() {
    iam.close();
  }

  private static CreateOpenIdConnectProviderRequest at(String url) {
    return CreateOpenIdConnectProviderRequest.builder().url(url).build();
  }

  private static GetOpenIdConnectProviderRequest get(String arn) {
    return GetOpenIdConnectProviderRequest.builder().openIDConnectProviderArn(arn).build();
  }

  private static DeleteOpenIdConnectProviderRequest delete(String arn) {
    return DeleteOpenIdConnectProviderRequest.builder().openIDConnectProviderArn(arn).build();
  }

  private static AddClientIdToOpenIdConnectProviderRequest add(String arn, String clientId) {
    return AddClientIdToOpenIdConnectProviderRequest.builder()
        .openIDConnectProviderArn(arn)
        .clientID(clientId)
        .build();
  }

  private static RemoveClientIdFromOpenIdConnectProviderRequest remove(
      String arn, String clientId) {
    return RemoveClientIdFromOpenIdConnectProviderRequest.builder()
        .openIDConnectProviderArn(arn)
        .clientID(clientId)
        .build();
  }

  private static UpdateOpenIdConnectProviderThumbprintRequest thumbprints(
      String arn, String... thumbprints) {
    return UpdateOpenIdConnectProviderThumbprintRequest.builder()
        .openIDConnectProviderArn(arn)
        .thumbprintList(thumbprints)
        .build();
  }

  private static TagOpenIdConnectProviderRequest tagged(String arn, List<Tag> tags) {
    return TagOpenIdConnectProviderRequest.builder()
        .openIDConnectProviderArn(arn)
        .tags(tags)
        .build();
  }

  private static UntagOpenIdConnectProviderRequest untagged(String arn, String... keys) {
    return UntagOpenIdConnectProviderRequest.builder()
        .openIDConnectProviderArn(arn)
        .tagKeys(keys)
        .build();
  }

  private static ListOpenIdConnectProviderTagsRequest tags(String arn) {
    return ListOpenIdConnectProviderTagsRequest.builder().openIDConnectProviderArn(arn).build();
  }

  private static Tag tag(String key, String value) {
    return Tag.builder().key(key).value(value).build();
  }

  /** With one client and one thumbprint. */
  private void create() {
    iam.run(
        at("https://idp.example.org/realm")
            .copy(provider -> provider.clientIDList("cli").thumbprintList(THUMBPRINT)));
  }

  private GetOpenIdConnectProviderResponse shown() {
    return iam.run(get(ARN));
  }

  @Test
  void newProviderIsNamedByItsUrl() {
    CreateOpenIdConnectProviderResponse made =
        iam.run(
            at("https://idp.example.org/realm")
                .copy(provider ->
                    provider
                        .clientIDList("cli", "web", "cli")
                        .thumbprintList(THUMBPRINT)
                        .tags(tag("team", "blue"))));

    assertThat(made.openIDConnectProviderArn()).isEqualTo(ARN);
    assertThat(made.tags()).containsExactly(tag("team", "blue"));
    assertThat(shown().url()).isEqualTo("idp.example.org/realm");
    assertThat(shown().clientIDList()).containsExactly("cli", "web");
    assertThat(shown().thumbprintList()).containsExactly(THUMBPRINT);
    assertThat(shown().createDate()).isEqualTo(iam.clock.now());
    assertThat(shown().tags()).containsExactly(tag("team", "blue"));
  }

  @Test
  void tokensFindTheProviderByTheirIssuer() {
    create();

    Optional<OidcProviderRecord> found = iam.store.oidcProviders().find("idp.example.org/realm");

    assertThat(found)
        .contains(
            new OidcProviderRecord(
                ARN,
                "idp.example.org/realm",
                List.of("cli"),
                List.of(THUMBPRINT),
                iam.clock.now()));
    assertThat(iam.store.oidcProviders().find("idp.example.org")).isEmpty();
  }

  @Test
  void clientsAndThumbprintsMayComeLater() {
    iam.run(at("https://idp.example.org/realm"));

    assertThat(shown().clientIDList()).isEmpty();
    assertThat(shown().thumbprintList()).isEmpty();
  }

  @Test
  void urlIsTakenOnce() {
    create();

    iam.refused(
        at("https://idp.example.org/realm"),
        "EntityAlreadyExists",
        "Provider with url https://idp.example.org/realm already exists.");
  }

  @Test
  void issuerIsAnHttpsUrlWithoutQueryFragmentOrUser() {
    for (String url :
        List.of(
            "http://idp.example.org",
            "idp.example.org",
            "https://",
            "https:///realm",
            "https://idp.example.org?a=b",
            "https://idp.example.org#a",
            "https://user@idp.example.org",
            "https://idp example.org")) {
      iam.refused(at(url), "ValidationError", "Invalid Open ID Connect Provider URL");
    }
    assertThat(iam.store.oidcProviders().arns()).isEmpty();
  }

  @Test
  void wrongInputIsRefused() {
    create();

    iam.refused(
        CreateOpenIdConnectProviderRequest.builder().build(),
        "ValidationException",
        ONE + "null at 'url' failed to satisfy constraint: Member must not be null");
    iam.refused(
        at("https://new.example.org").copy(provider -> provider.thumbprintList("abc")),
        "ValidationException",
        ONE
            + "'abc' at 'thumbprintList.1.member' failed to satisfy constraint: Member must satisfy"
            + " regular expression pattern: [0-9A-Fa-f]{40}");
    iam.refused(
        at("https://new.example.org").copy(provider -> provider.clientIDList("c".repeat(256))),
        "ValidationException",
        ONE
            + "'"
            + "c".repeat(256)
            + "' at 'clientIDList.1.member' failed to satisfy constraint: Member must have length"
            + " less than or equal to 255");
    iam.refused(
        at("https://new.example.org").copy(provider -> provider.tags(tag("k", "1"), tag("K", "2"))),
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    iam.refused(
        UpdateOpenIdConnectProviderThumbprintRequest.builder()
            .openIDConnectProviderArn(ARN)
            .build(),
        "ValidationException",
        ONE + "null at 'thumbprintList' failed to satisfy constraint: Member must not be null");
    iam.refused(
        TagOpenIdConnectProviderRequest.builder().openIDConnectProviderArn(ARN).build(),
        "ValidationException",
        ONE + "null at 'tags' failed to satisfy constraint: Member must not be null");
    assertThat(iam.store.oidcProviders().arns()).containsExactly(ARN);
    assertThat(shown().thumbprintList()).containsExactly(THUMBPRINT);
  }

  @Test
  void whatIsNoArnIsRefused() {
    String text = "long-enough-but-no-arn";
    for (Object input :
        List.of(
            get(text),
            delete(text),
            add(text, "cli"),
            remove(text, "cli"),
            thumbprints(text, THUMBPRINT),
            tagged(text, List.of(tag("k", "v"))),
            untagged(text, "k"),
            tags(text))) {
      iam.refused(input, "ValidationError", "Invalid ARN:  Could not be parsed!");
    }
  }

  @Test
  void unknownProviderIsNotFound() {
    for (Object input :
        List.of(
            get(GONE),
            add(GONE, "cli"),
            remove(GONE, "cli"),
            thumbprints(GONE, THUMBPRINT),
            tagged(GONE, List.of(tag("k", "v"))),
            untagged(GONE, "k"),
            tags(GONE))) {
      iam.refused(input, "NoSuchEntity", "OpenIDConnect Provider not found for arn " + GONE);
    }
  }

  @Test
  void clientsAreAddedAndRemovedTwiceWithoutHarm() {
    create();

    iam.run(add(ARN, "web"));
    iam.run(add(ARN, "web"));
    iam.run(remove(ARN, "cli"));
    iam.run(remove(ARN, "cli"));

    assertThat(shown().clientIDList()).containsExactly("web");
  }

  @Test
  void providerHasAHundredClients() {
    List<String> clients = IntStream.range(0, 100).mapToObj(i -> "c" + i).toList();
    iam.run(at("https://idp.example.org/realm").copy(provider -> provider.clientIDList(clients)));

    iam.refused(
        add(ARN, "one-more"),
        "LimitExceeded",
        "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100");
    iam.run(add(ARN, "c0"));
    assertThat(shown().clientIDList()).isEqualTo(clients);
  }

  @Test
  void thumbprintsAreReplaced() {
    create();

    iam.run(thumbprints(ARN, "b".repeat(40), "C".repeat(40)));

    assertThat(shown().thumbprintList()).containsExactly("b".repeat(40), "C".repeat(40));
    String[] six = new String[6];
    Arrays.fill(six, THUMBPRINT);
    iam.refused(
        thumbprints(ARN, six),
        "ValidationException",
        ONE
            + "'"
            + List.of(six)
            + "' at 'thumbprintList' failed to satisfy constraint: Member must have length less"
            + " than or equal to 5");
  }

  @Test
  void deletedProviderIsGoneAndDeletingItAgainIsFine() {
    create();
    iam.run(tagged(ARN, List.of(tag("k", "v"))));

    iam.run(delete(ARN));
    iam.run(delete(ARN));

    iam.refused(get(ARN), "NoSuchEntity", "OpenIDConnect Provider not found for arn " + ARN);
    assertThat(iam.store.oidcProviders().find("idp.example.org/realm")).isEmpty();
    create();
    assertThat(shown().tags()).isEmpty();
  }

  @Test
  void accountHasAHundredProvidersAllOfWhichAreListed() {
    for (int i = 0; i < 100; i++) {
      iam.run(at("https://idp" + (100 + i) + ".example.org"));
    }

    iam.refused(
        at("https://one-more.example.org"),
        "LimitExceeded",
        "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100");
    ListOpenIdConnectProvidersResponse listed =
        iam.run(ListOpenIdConnectProvidersRequest.builder().build());
    assertThat(listed.openIDConnectProviderList())
        .extracting(OpenIDConnectProviderListEntry::arn)
        .hasSize(100)
        .startsWith(PREFIX + "idp100.example.org")
        .endsWith(PREFIX + "idp199.example.org");
  }

  @Test
  void tagsAreSetListedInPagesAndRemoved() {
    create();
    iam.run(tagged(ARN, List.of(tag("a", "1"), tag("B", "2"), tag("c", "3"))));
    iam.run(tagged(ARN, List.of(tag("A", "4"))));
    iam.run(untagged(ARN, "b", "never"));
    ListOpenIdConnectProviderTagsRequest all = tags(ARN).copy(list -> list.maxItems(1));

    ListOpenIdConnectProviderTagsResponse first = iam.run(all);
    ListOpenIdConnectProviderTagsResponse second =
        iam.run(all.copy(list -> list.marker(first.marker())));

    assertThat(first.tags()).containsExactly(tag("A", "4"));
    assertThat(first.isTruncated()).isTrue();
    assertThat(second.tags()).containsExactly(tag("c", "3"));
    assertThat(second.isTruncated()).isFalse();
  }

  @Test
  void providerHasFiftyTags() {
    create();
    iam.run(tagged(ARN, IntStream.range(0, 50).mapToObj(i -> tag("k" + i, "v")).toList()));

    iam.refused(
        tagged(ARN, List.of(tag("one-more", "v"))),
        "LimitExceeded",
        "Cannot exceed quota for TagsPerOpenIdConnectProvider: 50");
  }

  @Test
  void tagsAtOnceNeedTheRightToTag() {
    Caller maker =
        iam.userWho(
            "maker",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:CreateOpenIDConnectProvider",
              "Resource":"*"}]}\
            """);

    iam.run(maker, at("https://plain.example.org"));
    iam.denied(
        maker, at("https://tagged.example.org").copy(provider -> provider.tags(tag("k", "v"))));
    assertThat(iam.store.oidcProviders().find("tagged.example.org")).isEmpty();
  }

  @Test
  void tagsOfProviderDecide() {
    create();
    iam.run(tagged(ARN, List.of(tag("team", "blue"))));
    iam.run(at("https://other.example.org"));
    Caller blue =
        iam.userWho(
            "lead",
            """
            {"Statement":[{"Effect":"Allow","Action":"iam:DeleteOpenIDConnectProvider",
              "Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}}]}\
            """);

    iam.run(blue, delete(ARN));
    iam.denied(blue, delete(PREFIX + "other.example.org"));
  }

  @Test
  void deniedCallerLearnsNothingAboutProviders() {
    create();
    iam.user("stranger");
    Caller stranger = PrincipalFixture.caller("stranger");

    for (String arn : List.of(ARN, GONE)) {
      for (Object input : List.of(get(arn), delete(arn), add(arn, "cli"))) {
        assertThat(iam.denied(stranger, input)).contains("on resource: " + arn + " because");
      }
    }
  }
}
