// libcurl, with a plain function for each of its variadic calls (curl_easy_setopt(3),
// curl_easy_getinfo(3), curl_multi_setopt(3)): Swift cannot call those.
#ifndef ATTUNE_CCURL_H
#define ATTUNE_CCURL_H

// The macros that check types of variadic arguments serve C alone.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdint.h>

/// An option with a whole number or a truth value.
static inline CURLcode attune_curl_set_number(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/// An option with a size of 64 bits.
static inline CURLcode attune_curl_set_size(CURL *easy, CURLoption option, int64_t value) {
    return curl_easy_setopt(easy, option, (curl_off_t)value);
}

/// An option with a text; libcurl copies it.
static inline CURLcode attune_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// An option with a pointer that libcurl keeps as it is.
static inline CURLcode attune_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// An option with a list of texts, which must live as long as the transfer.
static inline CURLcode attune_curl_set_list(
    CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*attune_curl_receiver)(char *bytes, size_t size, size_t count, void *context);

/// Who gets the body, and the pointer that comes with each piece.
static inline CURLcode attune_curl_set_body_receiver(
    CURL *easy, attune_curl_receiver receiver, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receiver);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

/// Who gets each line of the head.
static inline CURLcode attune_curl_set_head_receiver(
    CURL *easy, attune_curl_receiver receiver, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receiver);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

/// What holds for every transfer: HTTP and HTTPS and nothing else, no redirects, certificates that are
/// valid and of that host, no signals, and a proxy that learns nothing of what is for the server.
///
/// Returns the first code that is not CURLE_OK; the options behind it are not set then.
static inline CURLcode attune_curl_set_baseline(CURL *easy) {
    CURLcode code;
    // The option with names came with libcurl 7.85.
#if LIBCURL_VERSION_NUM >= 0x075500
    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    // A proxy's answer to CONNECT is not the server's.
    if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    // Header lines are for the server; a proxy of a TLS connection must not see keys and tokens.
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    return code;
}

/// A whole number that libcurl knows of a transfer, or -1.
static inline long attune_curl_number(CURL *easy, CURLINFO what) {
    long value = 0;
    return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? value : -1;
}

/// Microseconds that libcurl knows of a transfer, or -1.
static inline int64_t attune_curl_microseconds(CURL *easy, CURLINFO what) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, what, &value) == CURLE_OK ? (int64_t)value : -1;
}

/// The result of a message of `curl_multi_info_read`, which is a union that depends on its kind.
static inline CURLcode attune_curl_message_result(const CURLMsg *message) {
    return message->data.result;
}

/// An option of the multi handle with a whole number.
static inline CURLMcode attune_curl_multi_set_number(
    CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

#endif
