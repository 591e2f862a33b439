import CWebSockets

/// Why a server's certificate was refused.
enum CertificateFault {
  /// - Parameter store: OpenSSL's X509_STORE_CTX of the verification under way.
  static func text(store: UnsafeMutableRawPointer?, host: String) -> String? {
    guard let store else { return nil }
    let error = X509_STORE_CTX_get_error(OpaquePointer(store))
    guard error != X509_V_OK, let words = X509_verify_cert_error_string(Int(error)) else { return nil }
    let text = String(cString: words)
    switch error {
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: return "it is not for host \(host) (\(text))"
    case X509_V_ERR_CERT_HAS_EXPIRED: return "it has expired, or this computer's clock is ahead (\(text))"
    case X509_V_ERR_CERT_NOT_YET_VALID: return "it is not valid yet, or this computer's clock is behind (\(text))"
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
      X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
      X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      return "nobody this computer trusts has signed it (\(text)); a private authority needs its CA file"
    default: return text
    }
  }
}
