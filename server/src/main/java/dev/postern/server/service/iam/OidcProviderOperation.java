package dev.postern.server.service.iam;

import dev.postern.aws.Fault;
import dev.postern.server.access.Caller;
import dev.postern.server.access.Question;
import dev.postern.server.service.Codec;
import dev.postern.server.service.Constraints;
import dev.postern.server.service.ResourceTags;
import dev.postern.server.store.OidcProviderRecord;
import dev.postern.server.store.OidcProviders;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/**
 * An operation on the one OpenID Connect provider whose ARN its input has.
 *
 * @param <I> input
 * @param <O> output
 */
abstract class OidcProviderOperation<I extends SdkPojo, O extends SdkPojo>
    extends IamOperation<I, O> {
  /** Characters of a client id; IAM takes any. */
  static final int CLIENT_ID_CHARACTERS_MAX = 255;

  /** Certificates whose thumbprints a provider can have. */
  static final int THUMBPRINTS_MAX = 5;

  private static final Pattern THUMBPRINT = Pattern.compile("[0-9A-Fa-f]{40}");

  final OidcProviders providers;

  OidcProviderOperation(IamParts parts, Codec<I, O> codec, boolean readOnly) {
    super(codec, readOnly);
    this.providers = parts.store().oidcProviders();
  }

  /** The ARN in the input. */
  abstract String provider(I input);

  /** Checks the length of the ARN; further members follow. */
  final Constraints named(I input) {
    return PolicyRules.arn(Constraints.of(), "openIDConnectProviderArn", provider(input));
  }

  /** Refuses what was found wrong, and then what has the length of an ARN but is none. */
  final void verify(Constraints constraints, I input) {
    constraints.verify();
    PolicyRules.requireArn(provider(input));
  }

  static Constraints clientId(Constraints constraints, String member, @Nullable String clientId) {
    return constraints.member(member, clientId).required().length(1, CLIENT_ID_CHARACTERS_MAX);
  }

  static Constraints thumbprints(Constraints constraints, List<String> thumbprints) {
    int index = 0;
    for (String thumbprint : thumbprints) {
      index++;
      constraints.member("thumbprintList." + index + ".member", thumbprint).pattern(THUMBPRINT);
    }
    return constraints
        .member("thumbprintList", thumbprints)
        .check(
            thumbprints.size() <= THUMBPRINTS_MAX,
            "Member must have length less than or equal to " + THUMBPRINTS_MAX);
  }

  /** The condition keys that follow from the input. */
  Map<String, List<String>> keys(I input) {
    return Map.of();
  }

  @Override
  public Question question(I input, Caller caller) {
    Map<String, List<String>> tags = ResourceTags.iamConditionKeys(providers.tags(provider(input)));
    Map<String, List<String>> keys = ResourceTags.both(keys(input), tags);
    return new Question(
        List.of(new Question.Check(action(), provider(input), keys)), Question.Proof.ACCESS_KEY);
  }

  final OidcProviderRecord find(String arn) {
    return providers.get(arn).orElseThrow(() -> notFound(arn));
  }

  private static Fault notFound(String arn) {
    return PrincipalRules.noSuchEntity("OpenIDConnect Provider not found for arn " + arn);
  }

  /** Throws what a change that was not made says. */
  static void require(OidcProviders.Outcome outcome, String arn) {
    switch (outcome) {
      case DONE -> {
        // Nothing to say.
      }
      case NO_PROVIDER -> throw notFound(arn);
      case URL_TAKEN ->
          throw new Fault(
              "EntityAlreadyExists",
              409,
              "Provider with url https://"
                  + arn.substring(arn.indexOf('/') + 1)
                  + " already exists.");
      case TOO_MANY_PROVIDERS ->
          throw limit("OpenIdConnectProvidersPerAccount", OidcProviders.PROVIDERS_MAX);
      case TOO_MANY_CLIENT_IDS ->
          throw limit("ClientIdsPerOpenIdConnectProvider", OidcProviders.CLIENT_IDS_MAX);
      case TOO_MANY_TAGS -> throw limit("TagsPerOpenIdConnectProvider", OidcProviders.TAGS_MAX);
    }
  }

  private static Fault limit(String quota, int max) {
    return new Fault("LimitExceeded", 409, "Cannot exceed quota for " + quota + ": " + max);
  }
}
