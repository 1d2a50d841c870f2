package dev.postern.server.service.iam;

import dev.postern.server.service.Call;
import dev.postern.server.service.Constraints;
import dev.postern.server.shape.SdkCodec;
import software.amazon.awssdk.services.iam.model.UpdateOpenIdConnectProviderThumbprintRequest;
import software.amazon.awssdk.services.iam.model.UpdateOpenIdConnectProviderThumbprintResponse;

/** Replaces the thumbprints of a provider. */
final class UpdateOpenIDConnectProviderThumbprint
    extends OidcProviderOperation<
        UpdateOpenIdConnectProviderThumbprintRequest,
        UpdateOpenIdConnectProviderThumbprintResponse> {
  UpdateOpenIDConnectProviderThumbprint(IamParts parts) {
    super(
        parts,
        SdkCodec.of(
            UpdateOpenIdConnectProviderThumbprintRequest.class,
            UpdateOpenIdConnectProviderThumbprintRequest::builder),
        false);
  }

  @Override
  String provider(UpdateOpenIdConnectProviderThumbprintRequest input) {
    return input.openIDConnectProviderArn();
  }

  @Override
  public void validate(UpdateOpenIdConnectProviderThumbprintRequest input) {
    Constraints constraints =
        named(input).member("thumbprintList", input.thumbprintList()).required();
    verify(thumbprints(constraints, input.thumbprintList()), input);
  }

  @Override
  public UpdateOpenIdConnectProviderThumbprintResponse run(
      Call call, UpdateOpenIdConnectProviderThumbprintRequest input) {
    String arn = input.openIDConnectProviderArn();
    require(providers.setThumbprints(arn, input.thumbprintList()), arn);
    return UpdateOpenIdConnectProviderThumbprintResponse.builder().build();
  }
}
