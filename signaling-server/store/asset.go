package store

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"
)

// Assets are what the server keeps for itself and shares with other processes on the same store: certificates, their keys
// and the account at the authority that issues them. Names are paths with slashes. With Options.SealFile they are sealed.

const assetPrefix = "asset."

type asset struct {
	Data     []byte `json:"data,omitempty"`
	Sealed   []byte `json:"sealed,omitempty"` // instead of Data: nonce, ciphertext, tag
	Modified int64  `json:"modified"`         // nanoseconds since 1970
}

// PutAsset writes an asset whether it is there or not; the last of several writers wins.
func (s *Store) PutAsset(ctx context.Context, name string, data []byte) error {
	record := s.sealed(name, data, s.opts.Now())
	for {
		var old asset
		revision, err := s.get(ctx, assetKey(name), &old)
		if err != nil && !errors.Is(err, errAbsent) {
			return err
		}
		err = s.put(ctx, assetKey(name), record, revision, time.Time{})
		if !errors.Is(err, errTaken) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// Asset reads one; ErrNotFound when there is none, or none that our key opens.
func (s *Store) Asset(ctx context.Context, name string) (data []byte, modified time.Time, err error) {
	var a asset
	_, err = s.get(ctx, assetKey(name), &a)
	if errors.Is(err, errAbsent) {
		return nil, time.Time{}, ErrNotFound
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	data, ok := s.opened(name, a)
	if !ok {
		s.opts.Log.Warn("store: a certificate's file is sealed under another key; it is obtained anew")
		return nil, time.Time{}, ErrNotFound
	}
	return data, time.Unix(0, a.Modified), nil
}

// DeleteAsset removes one. One that is gone stays gone.
func (s *Store) DeleteAsset(ctx context.Context, name string) error {
	return s.remove(ctx, assetKey(name))
}

// Assets lists the names under a folder, or all of them for "".
func (s *Store) Assets(ctx context.Context, folder string) ([]string, error) {
	keys, err := s.keys(ctx, assetPrefix)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, key := range keys {
		name, ok := assetName(key)
		if ok && (folder == "" || strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/")) {
			names = append(names, name)
		}
	}
	return names, nil
}

func assetKey(name string) string {
	return assetPrefix + base64.RawURLEncoding.EncodeToString([]byte(name))
}

func assetName(key string) (string, bool) {
	name, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(key, assetPrefix))
	return string(name), err == nil
}
